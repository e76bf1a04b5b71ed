-- 0014 Until when a claim can be handed in; how far the ledger has been looked through for what people are owed; sample
-- audits (抽查): which claims stood in a draw, which of them were drawn, what was found.

ALTER TABLE claim ADD COLUMN close_on TEXT; -- last day of the policy's claim window; NULL: any time
CREATE INDEX claim_by_close ON claim (close_on) WHERE state IN ('ELIGIBLE', 'RETURNED');

CREATE TABLE claim_discovery (
    one      BIGINT PRIMARY KEY CHECK (one = 1),
    cursor   BIGINT NOT NULL, -- journal entries up to here have been looked at
    found_on TEXT NOT NULL    -- the day on which the whole ledger was last looked through
);

ALTER TABLE claim ADD COLUMN draw_id BIGINT; -- the draw in which it stood; NULL: none yet

CREATE TABLE claim_audit (
    id          BIGINT PRIMARY KEY,
    version     BIGINT NOT NULL DEFAULT 1,
    draw_id     BIGINT NOT NULL,
    seed        TEXT NOT NULL,   -- published before the draw, so that anybody can repeat it
    claim_id    BIGINT NOT NULL UNIQUE REFERENCES claim (id),
    policy_id   BIGINT NOT NULL REFERENCES policy (id),
    person_id   BIGINT,
    employer_id BIGINT,          -- where the claim's work was done
    home        BIGINT,
    work        BIGINT,
    state       TEXT NOT NULL,   -- OPEN PASSED FAILED
    finding     TEXT,
    decided_by  BIGINT,
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL
);
CREATE INDEX claim_audit_by_home ON claim_audit (home, state, id);
CREATE INDEX claim_audit_by_work ON claim_audit (work, state, id);
