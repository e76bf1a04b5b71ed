-- 0007 Policies, decisions, claims, payments, targets.

CREATE TABLE policy (
    id          BIGINT PRIMARY KEY,
    version     BIGINT NOT NULL DEFAULT 1,
    policy_key  TEXT NOT NULL,     -- "fuzhou-post-wage-2019"
    revision    BIGINT NOT NULL,   -- of the file
    title_zh    TEXT NOT NULL,
    title_en    TEXT NOT NULL,
    doc_no      TEXT NOT NULL,
    payer_side  TEXT NOT NULL,     -- HOME WORK
    payer       BIGINT NOT NULL,   -- division that pays
    fund        TEXT NOT NULL,
    beneficiary TEXT NOT NULL,     -- PERSON EMPLOYER STATION HOUSEHOLD ORGANISER
    from_on     TEXT NOT NULL,
    until_on    TEXT,
    notice_days BIGINT NOT NULL,   -- working days of public notice
    state       TEXT NOT NULL,     -- DRAFT PUBLISHED SUPERSEDED
    file        TEXT NOT NULL,     -- the whole text
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL,
    UNIQUE (policy_key, revision)
);
-- What the engine found, with everything it looked at. Kept for as long as a claim rests on it.
CREATE TABLE policy_decision (
    id          BIGINT PRIMARY KEY,
    policy_id   BIGINT NOT NULL REFERENCES policy (id),
    person_id   BIGINT,
    employer_id BIGINT,
    org_id      BIGINT,            -- a station's organisation
    home        BIGINT,
    work        BIGINT,
    as_of       TEXT NOT NULL,
    verdict     TEXT NOT NULL,
    amount_fen  BIGINT NOT NULL,
    trace       TEXT NOT NULL,     -- JSON of policy_explain
    created_at  BIGINT NOT NULL
);
CREATE INDEX decision_by_person ON policy_decision (person_id, id);
-- Public notice before payment: names only, never numbers (P55).
CREATE TABLE public_notice (
    id         BIGINT PRIMARY KEY,
    version    BIGINT NOT NULL DEFAULT 1,
    policy_id  BIGINT NOT NULL REFERENCES policy (id),
    home       BIGINT,
    work       BIGINT,
    from_on    TEXT NOT NULL,
    until_on   TEXT NOT NULL,     -- last working day of the notice
    claims     BIGINT NOT NULL,
    total_fen  BIGINT NOT NULL,
    state      TEXT NOT NULL,     -- OPEN CLOSED
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE TABLE claim (
    id              BIGINT PRIMARY KEY,
    version         BIGINT NOT NULL DEFAULT 1,
    policy_id       BIGINT NOT NULL REFERENCES policy (id),
    decision_id     BIGINT NOT NULL REFERENCES policy_decision (id),
    person_id       BIGINT,
    employer_id     BIGINT,
    org_id          BIGINT,
    home            BIGINT,
    work            BIGINT,
    instalment      TEXT NOT NULL,     -- tier or month of the decision
    amount_fen      BIGINT NOT NULL CHECK (amount_fen > 0),
    due_on          TEXT NOT NULL,     -- when the conditions were met
    -- One right, one claim: policy, beneficiary, instalment (and year where once a year). security.md T11.
    once_key        TEXT NOT NULL UNIQUE,
    exclusive_group TEXT,
    state           TEXT NOT NULL,     -- ELIGIBLE SUBMITTED CHECKED REVIEWED NOTICE OBJECTED APPROVED IN_PAYMENT PAID PAYMENT_FAILED RETURNED REJECTED WITHDRAWN HELD
    held_by         BIGINT,            -- the claim of the other side that it waits for (B4 case 16)
    reason          TEXT,
    submitted_by    BIGINT,
    checked_by      BIGINT,
    reviewed_by     BIGINT,
    approved_by     BIGINT,
    notice_id       BIGINT REFERENCES public_notice (id),
    created_at      BIGINT NOT NULL,
    updated_at      BIGINT NOT NULL
);
CREATE INDEX claim_by_home ON claim (home, state, id);
CREATE INDEX claim_by_work ON claim (work, state, id);
CREATE INDEX claim_by_person ON claim (person_id, id);
CREATE INDEX claim_by_policy ON claim (policy_id, state, id);

CREATE TABLE payment_batch (
    id            BIGINT PRIMARY KEY,
    version       BIGINT NOT NULL DEFAULT 1,
    number        TEXT NOT NULL UNIQUE, -- on the bank file
    payer         BIGINT NOT NULL,
    home          BIGINT,               -- payer when the origin pays, else NULL
    work          BIGINT,               -- payer when the destination pays
    fund          TEXT NOT NULL,
    state         TEXT NOT NULL,        -- DRAFT LOCKED APPROVED SENT PARTLY_PAID PAID CLOSED
    lines         BIGINT NOT NULL DEFAULT 0,
    total_fen     BIGINT NOT NULL DEFAULT 0,
    paid_fen      BIGINT NOT NULL DEFAULT 0,
    content_hash  TEXT,                 -- SHA-256 over the lines, fixed when locked
    made_by       BIGINT,
    approved_by   BIGINT,
    approved_by_2 BIGINT,
    sent_at       BIGINT,
    created_at    BIGINT NOT NULL,
    updated_at    BIGINT NOT NULL
);
CREATE TABLE payment_line (
    id             BIGINT PRIMARY KEY,
    version        BIGINT NOT NULL DEFAULT 1,
    batch_id       BIGINT NOT NULL REFERENCES payment_batch (id),
    line_no        BIGINT NOT NULL,
    claim_id       BIGINT NOT NULL REFERENCES claim (id),
    person_id      BIGINT,
    employer_id    BIGINT,
    home           BIGINT,
    work           BIGINT,
    payee_name     TEXT NOT NULL,
    account_sealed BYTEA,
    account_mask   TEXT,
    account_bank   TEXT,
    amount_fen     BIGINT NOT NULL CHECK (amount_fen > 0),
    state          TEXT NOT NULL,   -- PENDING SUCCESS FAILED CORRECTED REISSUED
    return_code    TEXT,
    return_text    TEXT,
    reissue_of     BIGINT,          -- the failed line this one replaces
    corrected_sealed BYTEA,         -- where it should have gone; what was sent stays as it was
    corrected_mask TEXT,
    corrected_bank TEXT,
    corrected_name TEXT,
    created_at     BIGINT NOT NULL,
    updated_at     BIGINT NOT NULL,
    UNIQUE (batch_id, line_no)
);
-- A claim is in at most one live line.
CREATE UNIQUE INDEX payment_line_one_live ON payment_line (claim_id) WHERE state IN ('PENDING', 'SUCCESS');
CREATE INDEX payment_line_by_person ON payment_line (person_id);
-- Return files taken in: the same file again changes nothing.
CREATE TABLE payment_return (
    batch_id  BIGINT NOT NULL REFERENCES payment_batch (id),
    file_hash TEXT NOT NULL,
    home      BIGINT,
    work      BIGINT,
    lines     BIGINT NOT NULL,
    failed    BIGINT NOT NULL,
    at        BIGINT NOT NULL,
    PRIMARY KEY (batch_id, file_hash)
);

-- The year's agreement of a pairing, decomposed to divisions of either side.
CREATE TABLE target (
    id         BIGINT PRIMARY KEY,
    version    BIGINT NOT NULL DEFAULT 1,
    pairing_id BIGINT NOT NULL REFERENCES pairing (id),
    year       BIGINT NOT NULL,
    indicator  TEXT NOT NULL,   -- id in stats/indicators.c
    division   BIGINT NOT NULL, -- whole pairing: the pairing's home
    home       BIGINT NOT NULL,
    work       BIGINT NOT NULL,
    goal       BIGINT NOT NULL CHECK (goal >= 0),
    state      TEXT NOT NULL DEFAULT 'AGREED', -- AGREED CLOSED
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (pairing_id, year, indicator, division)
);
