-- 0009 What may not happen to a store even by a statement that is wrong or forged.

-- The journal and its seals are only added to (D4).
-- sqlite:
CREATE TRIGGER journal_stays BEFORE UPDATE ON journal
BEGIN SELECT RAISE(ABORT, 'the journal is only added to'); END;
CREATE TRIGGER journal_keeps BEFORE DELETE ON journal
BEGIN SELECT RAISE(ABORT, 'the journal is only added to'); END;
CREATE TRIGGER journal_block_stays BEFORE UPDATE ON journal_block
BEGIN SELECT RAISE(ABORT, 'the journal is only added to'); END;
CREATE TRIGGER journal_block_keeps BEFORE DELETE ON journal_block
BEGIN SELECT RAISE(ABORT, 'the journal is only added to'); END;
-- postgres:
CREATE FUNCTION journal_stays() RETURNS trigger LANGUAGE plpgsql AS
'BEGIN RAISE EXCEPTION ''the journal is only added to''; END';
CREATE TRIGGER journal_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON journal
FOR EACH STATEMENT EXECUTE FUNCTION journal_stays();
CREATE TRIGGER journal_block_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON journal_block
FOR EACH STATEMENT EXECUTE FUNCTION journal_stays();
-- both:

-- A text sealed with the keys of this store: with other keys, or none, it is not opened (seal.c).
CREATE TABLE seal_mark (
    id     BIGINT PRIMARY KEY CHECK (id = 1),
    sealed BYTEA NOT NULL
);
