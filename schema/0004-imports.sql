-- 0004 Spreadsheets taken in: what was found in them, and what was done with them.

CREATE TABLE import_batch (
    id           BIGINT PRIMARY KEY,
    version      BIGINT NOT NULL DEFAULT 1,
    org_id       BIGINT,
    user_id      BIGINT,
    home         BIGINT,          -- jurisdiction of the office that sent it
    work         BIGINT,
    employer_id  BIGINT,
    record       TEXT NOT NULL,   -- what the rows are: person, job_post, …
    file_name    TEXT NOT NULL,
    file_hash    TEXT NOT NULL,   -- SHA-256
    file_path    TEXT NOT NULL,   -- in the data folder
    state        TEXT NOT NULL,   -- UPLOADED CHECKING CHECKED COMMITTING COMMITTED UNDONE FAILED
    sheet_note   TEXT,            -- sheets read, hidden rows, header row, columns not understood
    total_rows   BIGINT NOT NULL DEFAULT 0,
    good_rows    BIGINT NOT NULL DEFAULT 0,
    bad_rows     BIGINT NOT NULL DEFAULT 0,
    warning_rows BIGINT NOT NULL DEFAULT 0,
    created_rows BIGINT NOT NULL DEFAULT 0,
    changed_rows BIGINT NOT NULL DEFAULT 0,
    same_rows    BIGINT NOT NULL DEFAULT 0,
    failure      TEXT,
    lang         TEXT,            -- of the messages
    lease_until  BIGINT,          -- a worker has it until then
    created_at   BIGINT NOT NULL,
    updated_at   BIGINT NOT NULL
);
CREATE INDEX import_batch_by_hash ON import_batch (file_hash);
-- One problem of one cell. `value` is masked when the field is personal.
CREATE TABLE import_problem (
    batch_id    BIGINT NOT NULL REFERENCES import_batch (id),
    number      BIGINT NOT NULL,  -- order in the file
    home        BIGINT,
    work        BIGINT,
    employer_id BIGINT,
    sheet       TEXT,
    row_number  BIGINT NOT NULL,  -- as the spreadsheet program shows it
    column_no   BIGINT NOT NULL,  -- from 1; 0 = the whole row
    header      TEXT,
    field       TEXT,
    code        TEXT NOT NULL,
    is_warning  BIGINT NOT NULL,
    value       TEXT,
    message     TEXT NOT NULL,
    cure        TEXT,
    PRIMARY KEY (batch_id, number)
);
-- Sealed values that a batch replaced, for its undo: the journal has only masks of them.
CREATE TABLE import_former (
    batch_id  BIGINT NOT NULL REFERENCES import_batch (id),
    record_id BIGINT NOT NULL,
    field     TEXT NOT NULL,
    sealed    BYTEA,   -- NULL: there was none
    PRIMARY KEY (batch_id, record_id, field)
);
-- Header spellings an organisation has matched by hand.
CREATE TABLE import_mapping (
    org_id BIGINT NOT NULL,
    record TEXT NOT NULL,
    header TEXT NOT NULL,
    field  TEXT NOT NULL,
    PRIMARY KEY (org_id, record, header)
);
