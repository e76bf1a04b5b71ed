-- 0012 Corrections of months that money rests on, and what they lead to: 补发, 追回.

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

-- The claim that a further one makes up for; NULL for most.
ALTER TABLE claim ADD COLUMN adjusts BIGINT;

CREATE TABLE adjustment (
    id            BIGINT PRIMARY KEY,
    version       BIGINT NOT NULL DEFAULT 1,
    kind          TEXT NOT NULL,     -- SUPPLEMENT RECOVERY
    correction_id BIGINT NOT NULL REFERENCES month_correction (id),
    claim_id      BIGINT NOT NULL REFERENCES claim (id), -- what was decided again
    decision_id   BIGINT NOT NULL REFERENCES policy_decision (id), -- what came out
    supplement_id BIGINT REFERENCES claim (id),          -- the further claim
    payer         BIGINT NOT NULL,
    fund          TEXT NOT NULL,
    person_id     BIGINT,
    employer_id   BIGINT,
    org_id        BIGINT,
    home          BIGINT,
    work          BIGINT,
    amount_fen    BIGINT NOT NULL CHECK (amount_fen > 0),
    taken_fen     BIGINT NOT NULL DEFAULT 0, -- of a recovery: set against payment lines, sent or not
    settled_fen   BIGINT NOT NULL DEFAULT 0, -- of these, those that are sent
    state         TEXT NOT NULL,     -- CLAIMED; OPEN OFFSET REPAID WAIVED
    reason        TEXT,
    made_by       BIGINT,
    settled_by    BIGINT,
    created_at    BIGINT NOT NULL,
    updated_at    BIGINT NOT NULL,
    CHECK (settled_fen >= 0 AND settled_fen <= taken_fen AND taken_fen <= amount_fen)
);
CREATE INDEX adjustment_by_claim ON adjustment (claim_id);
CREATE INDEX adjustment_by_home ON adjustment (home, state, id);
CREATE INDEX adjustment_by_work ON adjustment (work, state, id);
CREATE INDEX adjustment_by_person ON adjustment (person_id, state);
CREATE INDEX adjustment_by_employer ON adjustment (employer_id, state);

-- How much of a payment line is kept back for which recovery.
CREATE TABLE adjustment_offset (
    line_id       BIGINT NOT NULL, -- payment_line; taken just before the line is written
    adjustment_id BIGINT NOT NULL REFERENCES adjustment (id),
    home          BIGINT,
    work          BIGINT,
    employer_id   BIGINT,
    person_id     BIGINT,
    amount_fen    BIGINT NOT NULL CHECK (amount_fen > 0),
    sent_at       BIGINT,            -- from then on it is settled
    PRIMARY KEY (line_id, adjustment_id)
);

-- amount_fen is the gross amount; the bank is told the rest.
ALTER TABLE payment_line ADD COLUMN offset_fen BIGINT NOT NULL DEFAULT 0 CHECK (offset_fen >= 0);
