-- 0016 Payment lines of which something is kept back.

-- amount_fen is the gross amount; the bank is told the rest.
ALTER TABLE payment_line ADD COLUMN offset_fen BIGINT NOT NULL DEFAULT 0 CHECK (offset_fen >= 0);
