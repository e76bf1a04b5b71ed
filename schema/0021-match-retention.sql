-- 0021 Estimates of retention by pairing, in versions: never edited, the next fitting is the next number.

CREATE TABLE match_retention (
    id         BIGINT PRIMARY KEY,
    version    BIGINT NOT NULL DEFAULT 1,
    home       BIGINT NOT NULL,  -- whose people
    work       BIGINT NOT NULL,  -- whose posts
    number     BIGINT NOT NULL,  -- 1, 2, … within the pairing
    cases      BIGINT NOT NULL,  -- stretches of work it was fitted to and tested on
    stayed     BIGINT NOT NULL,  -- of them three months
    is_better  BIGINT NOT NULL,  -- than saying the same of everybody, when tested on the newest
    model      TEXT NOT NULL,    -- JSON: coefficients in millionths
    report     TEXT NOT NULL,    -- JSON: how the test came out
    user_id    BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (home, work, number)
);
