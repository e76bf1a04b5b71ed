-- 0016 Changes of where a payee's money goes: what was changed, what it was before, who confirmed it.

-- An account changed on a record of a payee. The record holds the new account; payments go to the former one until the
-- change takes effect (payments/account_changes.c).
CREATE TABLE account_change (
    id            BIGINT PRIMARY KEY,
    version       BIGINT NOT NULL DEFAULT 1,
    kind          TEXT NOT NULL,    -- person employer organisation
    payee_id      BIGINT NOT NULL,  -- of that kind
    home          BIGINT,           -- the payee's jurisdiction
    work          BIGINT,
    employer_id   BIGINT,
    person_id     BIGINT,
    former_sealed BYTEA,            -- as in the payee's row, and bound to it; NULL: had none
    former_index  BYTEA,
    former_mask   TEXT,
    former_bank   TEXT,
    former_name   TEXT,
    mask          TEXT,
    bank          TEXT,
    name          TEXT,
    state         TEXT NOT NULL,    -- WAITING CONFIRMED REFUSED
    made_by       BIGINT,           -- NULL: the program itself
    settled_by    BIGINT,
    created_at    BIGINT NOT NULL,
    updated_at    BIGINT NOT NULL
);
CREATE INDEX account_change_by_payee ON account_change (payee_id, id);
CREATE INDEX account_change_by_home ON account_change (home, state, id);
CREATE INDEX account_change_by_work ON account_change (work, state, id);

-- Whether money of a payee is on its way: claims are paid to the employer or the organisation that they name.
CREATE INDEX claim_by_employer ON claim (employer_id, id) WHERE employer_id IS NOT NULL;
CREATE INDEX claim_by_org ON claim (org_id, id) WHERE org_id IS NOT NULL;

ALTER TABLE payment_line ADD COLUMN corrected_by BIGINT; -- who gave the account of a failed line

-- Of a claim its lines: verify asks for each claim, the trace for one.
CREATE INDEX payment_line_by_claim ON payment_line (claim_id, id);
