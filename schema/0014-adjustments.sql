-- 0014 What corrections lead to: 补发, 追回.

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
