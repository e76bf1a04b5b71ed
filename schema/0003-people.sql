-- 0003 Households, persons with dated status, intentions.

CREATE TABLE household (
    id                  BIGINT PRIMARY KEY,
    version             BIGINT NOT NULL DEFAULT 1,
    home                BIGINT NOT NULL,
    household_no        TEXT,
    head_name           TEXT,
    size                BIGINT,
    income_per_head_fen BIGINT,                    -- of last year
    is_relocated        BIGINT NOT NULL DEFAULT 0, -- 易地搬迁
    created_at          BIGINT NOT NULL,
    updated_at          BIGINT NOT NULL
);
CREATE UNIQUE INDEX household_by_no ON household (household_no) WHERE household_no IS NOT NULL;
CREATE INDEX household_by_home ON household (home, id);

CREATE TABLE person (
    id             BIGINT PRIMARY KEY,
    version        BIGINT NOT NULL DEFAULT 1,
    home           BIGINT NOT NULL,   -- domicile (户籍地), as deep as known
    work           BIGINT,            -- where matched, travelling or placed: opens the row to that side
    employer_id    BIGINT,            -- with whom matched or placed
    household_id   BIGINT REFERENCES household (id) DEFERRABLE INITIALLY DEFERRED,
    relation       TEXT,              -- to the head
    name           TEXT NOT NULL,
    name_mask      TEXT NOT NULL,
    id_no_sealed   BYTEA NOT NULL,
    id_no_index    BYTEA NOT NULL UNIQUE,
    id_no_mask     TEXT NOT NULL,
    birth          TEXT NOT NULL,
    sex            TEXT NOT NULL,     -- MALE FEMALE
    ethnic         TEXT,              -- GB/T 3304, two digits
    education      TEXT,
    health         TEXT,
    work_ability   TEXT,
    phone_sealed   BYTEA,
    phone_index    BYTEA,
    phone_mask     TEXT,
    account_sealed BYTEA,             -- social-security card or one-card account (一卡通)
    account_index  BYTEA,
    account_mask   TEXT,
    account_bank   TEXT,
    account_name   TEXT,
    skill          TEXT,
    skill_level    TEXT,
    household_type TEXT NOT NULL DEFAULT 'ORDINARY', -- in force: ORDINARY POVERTY_EXITED REGISTERED_POOR
    monitored_type TEXT,              -- in force: UNSTABLE_EXITED MARGINAL SUDDEN_HARDSHIP
    worked_months  BIGINT,            -- of the last stretch of work, as a roster says; evidence is in placements
    worked_from    TEXT,
    worked_until   TEXT,
    willingness    TEXT NOT NULL DEFAULT 'UNSURVEYED', -- WILLING UNWILLING UNABLE
    labour_status  TEXT NOT NULL DEFAULT 'UNSURVEYED', -- derived (domain.md D2)
    source         TEXT,              -- collected by
    collected_on   TEXT,
    remark         TEXT,
    created_at     BIGINT NOT NULL,
    updated_at     BIGINT NOT NULL
);
-- Lists run in the order of home, village by village, so that any subtree is one range of an index.
CREATE INDEX person_by_home ON person (home, id);
CREATE INDEX person_by_status ON person (labour_status, home, id);
CREATE INDEX person_by_work ON person (work, id) WHERE work IS NOT NULL;
CREATE INDEX person_by_employer ON person (employer_id, id) WHERE employer_id IS NOT NULL;
CREATE INDEX person_by_household ON person (household_id);
CREATE INDEX person_by_phone ON person (phone_index) WHERE phone_index IS NOT NULL;

-- Single characters and pairs of characters of each name, packed into a number by the program, so that two
-- characters find a person within a range of divisions.
CREATE TABLE person_gram (
    gram      BIGINT NOT NULL,
    home      BIGINT NOT NULL,
    person_id BIGINT NOT NULL,
    PRIMARY KEY (gram, home, person_id)
-- sqlite:
) WITHOUT ROWID;
-- postgres:
);
-- both:

-- How many persons are in each county and state, kept in the same transaction as the persons.
CREATE TABLE person_count (
    county         BIGINT NOT NULL,   -- 12-digit code of the county
    labour_status  TEXT NOT NULL,
    household_type TEXT NOT NULL,
    n              BIGINT NOT NULL,
    PRIMARY KEY (county, labour_status, household_type)
);

-- Dated status (D8): what a person was, from when to when, and who said so.
CREATE TABLE person_status (
    id         BIGINT PRIMARY KEY,
    person_id  BIGINT NOT NULL REFERENCES person (id),
    home       BIGINT NOT NULL,
    kind       TEXT NOT NULL,  -- REGISTERED_POOR POVERTY_EXITED UNSTABLE_EXITED MARGINAL SUDDEN_HARDSHIP DIFFICULTY VETERAN GRADUATE
    from_on    TEXT NOT NULL,
    until_on   TEXT,           -- last day
    source     TEXT,
    created_at BIGINT NOT NULL
);
CREATE INDEX person_status_by_person ON person_status (person_id, from_on);

-- What a person wants; the newest row counts.
CREATE TABLE job_intention (
    id             BIGINT PRIMARY KEY,
    version        BIGINT NOT NULL DEFAULT 1,
    person_id      BIGINT NOT NULL REFERENCES person (id),
    home           BIGINT NOT NULL,
    destinations   TEXT,     -- division codes joined by ','; NULL = anywhere
    occupations    TEXT,     -- occupation codes joined by ','; NULL = any
    least_wage_fen BIGINT,
    companion_id   BIGINT,   -- person to go with
    needs          TEXT,     -- codes joined by ',': WESTERN_FOOD COUPLE_ROOM NO_NIGHT NO_HEAVY
    from_on        TEXT,
    created_at     BIGINT NOT NULL,
    updated_at     BIGINT NOT NULL
);
CREATE INDEX intention_by_person ON job_intention (person_id, id);
CREATE INDEX intention_by_home ON job_intention (home, id);
