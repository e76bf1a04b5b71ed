-- 0017 Weights of matching by pairing, in versions: never edited, a change is the next number.

CREATE TABLE match_weights (
    id         BIGINT PRIMARY KEY,
    version    BIGINT NOT NULL DEFAULT 1,
    home       BIGINT NOT NULL,  -- whose people
    work       BIGINT NOT NULL,  -- whose posts
    number     BIGINT NOT NULL,  -- 1, 2, … within the pairing
    weights    TEXT NOT NULL,    -- JSON: name → points, all of them
    reason     TEXT NOT NULL,
    user_id    BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (home, work, number)
);

ALTER TABLE match_run ADD COLUMN weights_id BIGINT REFERENCES match_weights (id); -- NULL: given with the run, or the defaults
