-- 0017 The ledger of money: who owed what to whom, and when it moved.

-- One row is one movement: the amount leaves the credited account for the debited one, so that
-- every row balances by itself. Only added to.
CREATE TABLE ledger_entry (
    id            BIGINT PRIMARY KEY,
    at            BIGINT NOT NULL,
    event         TEXT NOT NULL,    -- what moved it: APPROVED LOCKED PAID RETURNED RECOVERY OFFSET REPAID WAIVED BUDGET
    debit         TEXT NOT NULL,
    credit        TEXT NOT NULL,
    amount_fen    BIGINT NOT NULL CHECK (amount_fen > 0),
    payer         BIGINT NOT NULL,
    fund          TEXT NOT NULL,
    year          BIGINT NOT NULL,  -- that the money is charged to: of the approval
    claim_id      BIGINT,           -- NULL for what a budget was set to
    line_id       BIGINT,
    batch_id      BIGINT,
    adjustment_id BIGINT,
    person_id     BIGINT,
    employer_id   BIGINT,
    org_id        BIGINT,
    home          BIGINT,
    work          BIGINT,
    CHECK (debit <> credit)
);
CREATE INDEX ledger_by_claim ON ledger_entry (claim_id, id);
CREATE INDEX ledger_by_person ON ledger_entry (person_id, id);
CREATE INDEX ledger_by_employer ON ledger_entry (employer_id, id);
CREATE INDEX ledger_by_fund ON ledger_entry (payer, fund, year, id);
