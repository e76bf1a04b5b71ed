-- 0022 Sample audits of claims (抽查): which claims stood in a draw, which of them were drawn, what was found.

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
