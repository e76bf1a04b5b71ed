-- 0008 Accounts of payees that are no persons, who organised a batch, and the mark of a demonstration.

-- The account that subsidies to an enterprise go to.
ALTER TABLE employer ADD COLUMN account_sealed BYTEA;
ALTER TABLE employer ADD COLUMN account_index BYTEA;
ALTER TABLE employer ADD COLUMN account_mask TEXT;
ALTER TABLE employer ADD COLUMN account_bank TEXT;
ALTER TABLE employer ADD COLUMN account_name TEXT; -- NULL: the employer's own name
-- That of a labour station or another organisation that is paid for organising.
ALTER TABLE organisation ADD COLUMN account_sealed BYTEA;
ALTER TABLE organisation ADD COLUMN account_index BYTEA;
ALTER TABLE organisation ADD COLUMN account_mask TEXT;
ALTER TABLE organisation ADD COLUMN account_bank TEXT;
ALTER TABLE organisation ADD COLUMN account_name TEXT;

-- The organisation whose user planned the batch: who is rewarded for it (domain.md S-R6, B2-20).
ALTER TABLE transfer_batch ADD COLUMN organiser_id BIGINT;

-- One row in the store of a demonstration, none anywhere else: its clock goes on from the end of
-- its story, and it may be made anew.
CREATE TABLE demonstration (
    number  BIGINT PRIMARY KEY CHECK (number = 1),
    made_at BIGINT NOT NULL
);
