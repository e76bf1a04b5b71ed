-- 0012 Corrections of months that money rests on.

-- A correction says what a locked month was taken for and what it is from now on. Only added to.
CREATE TABLE month_correction (
    id           BIGINT PRIMARY KEY,
    placement_id BIGINT NOT NULL REFERENCES placement (id),
    month        TEXT NOT NULL,
    revision     BIGINT NOT NULL,   -- 1, 2 … of this month
    person_id    BIGINT NOT NULL,
    employer_id  BIGINT NOT NULL,
    home         BIGINT NOT NULL,
    work         BIGINT NOT NULL,
    old_status   TEXT NOT NULL,
    old_days     BIGINT,
    old_wage_fen BIGINT,
    status       TEXT NOT NULL,
    days         BIGINT,
    wage_fen     BIGINT,
    reason       TEXT NOT NULL,
    user_id      BIGINT,
    created_at   BIGINT NOT NULL,
    UNIQUE (placement_id, month, revision)
);
