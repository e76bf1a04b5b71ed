-- 0018 The ledger cannot be rewritten, not even by a statement that is wrong or forged.

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
