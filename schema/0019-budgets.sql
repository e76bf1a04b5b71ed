-- 0019 The year's budgets.

-- What may be spent. reserved_fen and used_fen are kept beside it so that two approvals at once
-- cannot both take the last yuan; verify compares them with the ledger.
CREATE TABLE budget (
    id           BIGINT PRIMARY KEY,
    version      BIGINT NOT NULL DEFAULT 1,
    payer        BIGINT NOT NULL,
    side         TEXT NOT NULL,     -- HOME WORK
    home         BIGINT,
    work         BIGINT,
    fund         TEXT NOT NULL,
    year         BIGINT NOT NULL,
    amount_fen   BIGINT NOT NULL CHECK (amount_fen >= 0),
    reserved_fen BIGINT NOT NULL DEFAULT 0,
    used_fen     BIGINT NOT NULL DEFAULT 0,
    created_at   BIGINT NOT NULL,
    updated_at   BIGINT NOT NULL,
    UNIQUE (payer, fund, year)
);
