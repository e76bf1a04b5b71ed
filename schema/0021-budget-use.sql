-- 0021 What of a budget is reserved and used stands beside it: whoever approves charges the budget of
-- the payer above, and changes no row of it.

CREATE TABLE budget_use (
    budget_id    BIGINT PRIMARY KEY REFERENCES budget (id),
    home         BIGINT,
    work         BIGINT,
    reserved_fen BIGINT NOT NULL,
    used_fen     BIGINT NOT NULL
);
INSERT INTO budget_use (budget_id, home, work, reserved_fen, used_fen)
SELECT id, home, work, reserved_fen, used_fen FROM budget;
ALTER TABLE budget DROP COLUMN reserved_fen;
ALTER TABLE budget DROP COLUMN used_fen;
