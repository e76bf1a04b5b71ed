-- 0013 The ledger of money: who owed what to whom, and when it moved; the year's budgets.

-- The year that a claim is charged to: of its approval; NULL before.
ALTER TABLE claim ADD COLUMN budget_year BIGINT;

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

-- It cannot be rewritten, not even by a statement that is wrong or forged.
-- sqlite:
CREATE TRIGGER ledger_stays BEFORE UPDATE ON ledger_entry
BEGIN SELECT RAISE(ABORT, 'the ledger is only added to'); END;
CREATE TRIGGER ledger_keeps BEFORE DELETE ON ledger_entry
BEGIN SELECT RAISE(ABORT, 'the ledger is only added to'); END;
-- postgres:
CREATE FUNCTION ledger_stays() RETURNS trigger LANGUAGE plpgsql AS
'BEGIN RAISE EXCEPTION ''the ledger is only added to''; END';
CREATE TRIGGER ledger_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_entry
FOR EACH STATEMENT EXECUTE FUNCTION ledger_stays();
-- both:

-- What may be spent in a year.
CREATE TABLE budget (
    id         BIGINT PRIMARY KEY,
    version    BIGINT NOT NULL DEFAULT 1,
    payer      BIGINT NOT NULL,
    side       TEXT NOT NULL,     -- HOME WORK
    home       BIGINT,
    work       BIGINT,
    fund       TEXT NOT NULL,
    year       BIGINT NOT NULL,
    amount_fen BIGINT NOT NULL CHECK (amount_fen >= 0),
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (payer, fund, year)
);
-- What of it is reserved and used, kept so that two approvals at once cannot both take the last yuan; verify compares
-- it with the ledger. It stands beside the budget because whoever approves charges the payer's above, and changes no
-- row of it.
CREATE TABLE budget_use (
    budget_id    BIGINT PRIMARY KEY REFERENCES budget (id),
    home         BIGINT,
    work         BIGINT,
    reserved_fen BIGINT NOT NULL,
    used_fen     BIGINT NOT NULL
);
