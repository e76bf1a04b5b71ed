-- 0020 Until when a claim can be handed in, and how far the ledger has been looked through for what people are owed.

ALTER TABLE claim ADD COLUMN close_on TEXT; -- last day of the policy's claim window; NULL: any time
CREATE INDEX claim_by_close ON claim (close_on) WHERE state IN ('ELIGIBLE', 'RETURNED');

CREATE TABLE claim_discovery (
    one      BIGINT PRIMARY KEY CHECK (one = 1),
    cursor   BIGINT NOT NULL, -- journal entries up to here have been looked at
    found_on TEXT NOT NULL    -- the day on which the whole ledger was last looked through
);
