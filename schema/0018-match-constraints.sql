-- 0018 Conditions of a match run besides seats, and what became of them.

ALTER TABLE match_run ADD COLUMN constraints TEXT;        -- JSON as given: limits, parties, promises, forbidden
ALTER TABLE match_run ADD COLUMN constraint_outcome TEXT; -- JSON: per limit who was left out, what it cost
ALTER TABLE match_result ADD COLUMN left_out TEXT;        -- PARTY AT_MOST HELD NONE_OR FORBIDDEN PROMISE
ALTER TABLE match_result ADD COLUMN left_out_by BIGINT;   -- which limit, party or promise of the run, from 0
