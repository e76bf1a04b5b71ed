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
    valid_to   TEXT                    -- last day; NULL = in force
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
-- Other names under which a division is written.
CREATE TABLE division_alias (
    name TEXT NOT NULL,
    code BIGINT NOT NULL,
    PRIMARY KEY (name, code)
);

CREATE TABLE organisation (
    id          BIGINT PRIMARY KEY,
    version     BIGINT NOT NULL DEFAULT 1,
    name        TEXT NOT NULL,
    kind        TEXT NOT NULL,   -- BUREAU STATION EMPLOYER TRAINING AUDITOR
    side        TEXT NOT NULL,   -- HOME (origin, west) or WORK (destination, east)
    division    BIGINT NOT NULL, -- its seat and, for offices, the root of its subtree
    serves_home BIGINT,          -- labour station: the western division whose people it looks after
    employer_id BIGINT,          -- kind EMPLOYER
    is_active   BIGINT NOT NULL DEFAULT 1,
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL
);
CREATE TABLE user_account (
    id              BIGINT PRIMARY KEY,
    version         BIGINT NOT NULL DEFAULT 1,
    login           TEXT NOT NULL UNIQUE,
    name            TEXT NOT NULL,
    org_id          BIGINT NOT NULL REFERENCES organisation (id),
    roles           TEXT NOT NULL,   -- codes joined by ',' (accounts/roles.c)
    person_id       BIGINT,          -- a worker's own account
    password_hash   TEXT NOT NULL,   -- argon2id
    must_change     BIGINT NOT NULL DEFAULT 1,
    failed_count    BIGINT NOT NULL DEFAULT 0,
    locked_until    BIGINT NOT NULL DEFAULT 0,
    last_sign_in_at BIGINT,
    is_active       BIGINT NOT NULL DEFAULT 1,
    created_at      BIGINT NOT NULL,
    updated_at      BIGINT NOT NULL
);
CREATE INDEX user_by_org ON user_account (org_id, id);
CREATE TABLE session (
    token_hash TEXT PRIMARY KEY, -- SHA-256 of the cookie's token
    user_id    BIGINT NOT NULL REFERENCES user_account (id),
    created_at BIGINT NOT NULL,
    seen_at    BIGINT NOT NULL,
    proved_at  BIGINT NOT NULL,  -- when the password was last given
    expires_at BIGINT NOT NULL
);
CREATE INDEX session_by_user ON session (user_id);
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
    home_lo      BIGINT NOT NULL,
    home_hi      BIGINT NOT NULL,
    work_lo      BIGINT NOT NULL,
    work_hi      BIGINT NOT NULL,
    level        TEXT NOT NULL,  -- PROVINCE CITY COUNTY TOWNSHIP VILLAGE ENTERPRISE SCHOOL
    agreement_no TEXT,
    from_on      TEXT NOT NULL,
    until_on     TEXT,
    created_at   BIGINT NOT NULL,
    updated_at   BIGINT NOT NULL
);
