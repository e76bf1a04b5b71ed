-- 0002 Administrative divisions with validity, and who may sign in.

-- One row per code (GB/T 2260 padded to 12 digits; domain.md E).
CREATE TABLE division (
    code       BIGINT PRIMARY KEY,
    name       TEXT NOT NULL,
    short_name TEXT NOT NULL,          -- without 省市县区…, for finding
    parent     BIGINT,
    level      TEXT NOT NULL,          -- PROVINCE CITY COUNTY TOWNSHIP VILLAGE
    full_name  TEXT NOT NULL,          -- 甘肃省定西市通渭县
    valid_from TEXT,
    valid_to   TEXT                    -- last day; NULL = in force; '0001-01-01' = abolished, day not on record
);
CREATE INDEX division_by_parent ON division (parent, code);
CREATE INDEX division_by_name ON division (short_name, code);
-- What an abolished code became: one-to-many when it was split.
CREATE TABLE division_successor (
    code      BIGINT NOT NULL,
    successor BIGINT NOT NULL,
    from_on   TEXT,
    PRIMARY KEY (code, successor)
);
-- Each filling of the three tables: what is held in memory is as good as the newest stamp.
CREATE TABLE division_load (
    number BIGINT PRIMARY KEY,
    stamp  TEXT NOT NULL,              -- of the shipped facts their hash, of an upload its id
    at     BIGINT NOT NULL
);
-- Divisions as records, with the id that lists need.
CREATE VIEW v_division AS SELECT code AS id, code, name, short_name, parent, level, full_name, valid_from,
    CASE WHEN valid_to = '0001-01-01' THEN NULL ELSE valid_to END AS valid_to,
    CASE WHEN valid_to IS NULL THEN 0 ELSE 1 END AS is_abolished FROM division;
-- Other names under which a division is written.
CREATE TABLE division_alias (
    name TEXT NOT NULL,
    code BIGINT NOT NULL,
    PRIMARY KEY (name, code)
);

-- Organisations and users are seen like other rows, by jurisdiction (D3).
CREATE TABLE organisation (
    id          BIGINT PRIMARY KEY,
    version     BIGINT NOT NULL DEFAULT 1,
    name        TEXT NOT NULL,
    kind        TEXT NOT NULL,   -- BUREAU STATION EMPLOYER AUDITOR
    side        TEXT NOT NULL,   -- HOME (origin, west) or WORK (destination, east)
    division    BIGINT NOT NULL, -- its seat and, for offices, the root of its subtree
    serves_home BIGINT,          -- labour station: the western division whose people it looks after
    employer_id BIGINT,          -- kind EMPLOYER
    home        BIGINT,          -- who sees it: the western division it belongs to (station: serves_home),
    work        BIGINT,          -- the eastern division it is in; derived from the above
    is_active   BIGINT NOT NULL DEFAULT 1,
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL
);
CREATE INDEX organisation_by_home ON organisation (home, id);
CREATE INDEX organisation_by_work ON organisation (work, id);
CREATE TABLE user_account (
    id              BIGINT PRIMARY KEY,
    version         BIGINT NOT NULL DEFAULT 1,
    login           TEXT NOT NULL UNIQUE,
    name            TEXT NOT NULL,
    org_id          BIGINT NOT NULL REFERENCES organisation (id),
    roles           TEXT NOT NULL,   -- codes joined by ',' (accounts/roles.c)
    person_id       BIGINT,          -- a worker's own account
    home            BIGINT,          -- as the organisation's
    work            BIGINT,
    employer_id     BIGINT,
    password_hash   TEXT NOT NULL DEFAULT '', -- argon2id; '' = no password yet, nobody can sign in
    must_change     BIGINT NOT NULL DEFAULT 1,
    last_sign_in_at BIGINT,
    is_active       BIGINT NOT NULL DEFAULT 1,
    created_at      BIGINT NOT NULL,
    updated_at      BIGINT NOT NULL
);
CREATE INDEX user_by_org ON user_account (org_id, id);
CREATE INDEX user_by_home ON user_account (home, id);
CREATE INDEX user_by_work ON user_account (work, id);
-- Names without jurisdiction, for showing who did something and whose it is.
CREATE VIEW v_org_name AS SELECT id, name FROM organisation;
CREATE VIEW v_user_name AS SELECT id, name FROM user_account;
CREATE TABLE session (
    token_hash TEXT PRIMARY KEY, -- SHA-256 of the cookie's token
    user_id    BIGINT NOT NULL REFERENCES user_account (id),
    created_at BIGINT NOT NULL,
    seen_at    BIGINT NOT NULL,
    proved_at  BIGINT NOT NULL,  -- when the password was last given
    expires_at BIGINT NOT NULL
);
CREATE INDEX session_by_user ON session (user_id);
-- Wrong passwords per login, of accounts that exist and of those that do not, so that nobody can tell
-- the two apart; removed by a sign-in or when old.
CREATE TABLE sign_in_failure (
    login_hash   TEXT PRIMARY KEY,
    count        BIGINT NOT NULL,
    last_at      BIGINT NOT NULL,
    locked_until BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX sign_in_failure_by_age ON sign_in_failure (last_at);
-- The one-time link that makes the first account of an empty store.
CREATE TABLE setup_token (
    token_hash TEXT PRIMARY KEY,
    expires_at BIGINT NOT NULL
);
-- Who cooperates with whom, and when (domain.md E4).
CREATE TABLE pairing (
    id           BIGINT PRIMARY KEY,
    version      BIGINT NOT NULL DEFAULT 1,
    name         TEXT NOT NULL,
    home         BIGINT NOT NULL,
    work         BIGINT NOT NULL,
    home_lo      BIGINT NOT NULL DEFAULT 0, -- the ranges of home and work (division_range)
    home_hi      BIGINT NOT NULL DEFAULT 0,
    work_lo      BIGINT NOT NULL DEFAULT 0,
    work_hi      BIGINT NOT NULL DEFAULT 0,
    level        TEXT NOT NULL,  -- PROVINCE CITY COUNTY TOWNSHIP VILLAGE ENTERPRISE SCHOOL
    agreement_no TEXT,
    from_on      TEXT NOT NULL,
    until_on     TEXT,
    created_at   BIGINT NOT NULL,
    updated_at   BIGINT NOT NULL
);
