-- 0001 What every module stands on: the journal, its seals, replies kept for repeated requests.
-- Conventions of all files: ids and instants (UTC seconds) are BIGINT, money is BIGINT fen, dates are TEXT
-- 'YYYY-MM-DD', months 'YYYY-MM'. home, work: 12-digit division codes that decide who may see a row.
-- A sealed value x has three columns: x_sealed (AEAD), x_index (keyed hash for equality), x_mask (shown).

-- Who did what to which record (D4). Rows are appended only, never changed.
CREATE TABLE journal (
    -- sqlite:
    seq         INTEGER PRIMARY KEY AUTOINCREMENT,
    -- postgres:
    seq         BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tx          BIGINT NOT NULL DEFAULT (pg_current_xact_id()::text::bigint), -- commit order: see journal.c
    -- both:
    at          BIGINT NOT NULL,
    user_id     BIGINT,          -- NULL: the program itself
    org_id      BIGINT,
    actor       TEXT NOT NULL,   -- name as it was then
    request_id  TEXT NOT NULL,
    op          TEXT NOT NULL,
    batch_id    TEXT,            -- import whose rows these are
    kind        TEXT NOT NULL,
    record_id   BIGINT NOT NULL,
    action      TEXT NOT NULL,
    before      TEXT,            -- JSON of the changed fields, sealed values as masks
    after       TEXT,
    reason      TEXT,
    home        BIGINT,
    work        BIGINT,
    employer_id BIGINT,
    person_id   BIGINT
);
-- postgres:
CREATE INDEX journal_by_commit ON journal (tx, seq);
-- both:
CREATE INDEX journal_by_record ON journal (record_id, seq);
CREATE INDEX journal_of_reveals ON journal (user_id, at) WHERE action = 'reveal';
CREATE INDEX journal_by_batch ON journal (batch_id, seq) WHERE batch_id IS NOT NULL;

-- Seals over ranges of the journal: root is the Merkle root of the entries, hash chains the blocks.
CREATE TABLE journal_block (
    number    BIGINT PRIMARY KEY,
    first_seq BIGINT NOT NULL,
    last_seq  BIGINT NOT NULL,
    last_tx   BIGINT NOT NULL DEFAULT 0, -- PostgreSQL: entries up to this transaction are sealed
    entries   BIGINT NOT NULL,
    root      TEXT NOT NULL,
    hash      TEXT NOT NULL,
    at        BIGINT NOT NULL
);

-- Replies of writes that carried an idempotency key: the same key again returns the same reply.
CREATE TABLE idempotency (
    user_id      BIGINT NOT NULL,
    idem_key     TEXT NOT NULL,
    op           TEXT NOT NULL,
    request_hash TEXT NOT NULL,
    reply        TEXT NOT NULL,
    at           BIGINT NOT NULL,
    PRIMARY KEY (user_id, idem_key)
);
CREATE INDEX idempotency_by_age ON idempotency (at);
