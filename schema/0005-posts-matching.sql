-- 0005 Employers, posts, match runs, offers.

CREATE TABLE employer (
    id               BIGINT PRIMARY KEY,
    version          BIGINT NOT NULL DEFAULT 1,
    work             BIGINT NOT NULL,   -- where it is
    name             TEXT NOT NULL,
    credit_code      TEXT UNIQUE,
    kind             TEXT NOT NULL DEFAULT 'ENTERPRISE', -- ENTERPRISE BASE WORKSHOP FACTORY AGENCY INSTITUTION
    industry         TEXT,              -- GB/T 4754 section letter
    size             BIGINT,            -- staff
    address          TEXT,
    contact_name     TEXT,
    phone_sealed     BYTEA,
    phone_index      BYTEA,
    phone_mask       TEXT,
    has_canteen      BIGINT,
    has_western_food BIGINT,            -- Dingxi canteen window and the like
    has_lodging      BIGINT,
    has_couple_rooms BIGINT,
    base_from        TEXT,              -- recognised as a base
    base_until       TEXT,
    state            TEXT NOT NULL DEFAULT 'ACTIVE', -- ACTIVE SUSPENDED CLOSED
    created_at       BIGINT NOT NULL,
    updated_at       BIGINT NOT NULL
);
CREATE INDEX employer_by_work ON employer (work, id);
CREATE INDEX employer_by_name ON employer (name);

CREATE TABLE job_post (
    id               BIGINT PRIMARY KEY,
    version          BIGINT NOT NULL DEFAULT 1,
    employer_id      BIGINT NOT NULL REFERENCES employer (id),
    work             BIGINT NOT NULL,
    title            TEXT NOT NULL,
    occupation       TEXT,              -- code of posts/occupations.c
    headcount        BIGINT NOT NULL CHECK (headcount BETWEEN 0 AND 100000),
    taken            BIGINT NOT NULL DEFAULT 0 CHECK (taken >= 0 AND taken <= headcount), -- live offers and placements
    pay_form         TEXT NOT NULL,     -- TIME PIECE
    pay_low_fen      BIGINT,            -- a month
    pay_high_fen     BIGINT,
    newcomer_pay_fen BIGINT,            -- what new arrivals really reach on piece rate
    has_board        BIGINT,
    has_lodging      BIGINT,
    is_reserved      BIGINT NOT NULL DEFAULT 0, -- for registered households (千岗, S-R1)
    is_night         BIGINT,
    is_heavy         BIGINT,
    skill_level      TEXT,
    education        TEXT,
    age_low          BIGINT,            -- kept as asked, warned about, never used to reject (C2)
    age_high         BIGINT,
    sex_asked        TEXT,
    start_on         TEXT,
    expires_on       TEXT,
    confirmed_at     BIGINT NOT NULL,   -- employer's last word that it still stands
    requirements     TEXT,
    state            TEXT NOT NULL DEFAULT 'DRAFT', -- DRAFT SUBMITTED OPEN FILLED SUSPENDED EXPIRED WITHDRAWN
    external_no      TEXT,              -- the employer's own number, for repeated imports
    created_at       BIGINT NOT NULL,
    updated_at       BIGINT NOT NULL
);
CREATE INDEX post_by_work ON job_post (work, state, id);
CREATE INDEX post_by_employer ON job_post (employer_id, id);
CREATE UNIQUE INDEX post_by_external ON job_post (employer_id, external_no) WHERE external_no IS NOT NULL;

CREATE TABLE match_run (
    id           BIGINT PRIMARY KEY,
    version      BIGINT NOT NULL DEFAULT 1,
    home         BIGINT NOT NULL,  -- whose people
    work         BIGINT NOT NULL,  -- whose posts
    state        TEXT NOT NULL,    -- RUNNING DONE FAILED
    weights      TEXT NOT NULL,    -- JSON, as used
    people       BIGINT NOT NULL DEFAULT 0,
    posts        BIGINT NOT NULL DEFAULT 0,
    seats        BIGINT NOT NULL DEFAULT 0,
    placed       BIGINT NOT NULL DEFAULT 0,
    value        BIGINT NOT NULL DEFAULT 0, -- primal, points
    bound        BIGINT NOT NULL DEFAULT 0, -- dual: no assignment is worth more
    milliseconds BIGINT NOT NULL DEFAULT 0,
    failure      TEXT,
    user_id      BIGINT,
    created_at   BIGINT NOT NULL,
    updated_at   BIGINT NOT NULL
);
CREATE TABLE match_result (
    id                BIGINT PRIMARY KEY,
    version           BIGINT NOT NULL DEFAULT 1,
    run_id            BIGINT NOT NULL REFERENCES match_run (id),
    person_id         BIGINT NOT NULL,
    home              BIGINT NOT NULL,
    work              BIGINT,           -- of the post
    employer_id       BIGINT,
    post_id           BIGINT,           -- NULL = not placed
    score             BIGINT,
    reasons           TEXT,             -- JSON: parts of the score, or rules that failed
    runner_up_post_id BIGINT,
    runner_up_score   BIGINT,
    runner_up_reasons TEXT,
    candidates        BIGINT NOT NULL,  -- feasible posts found
    state             TEXT NOT NULL,    -- PROPOSED UNPLACED OVERRIDDEN OFFERED
    override_reason   TEXT,
    created_at        BIGINT NOT NULL,
    updated_at        BIGINT NOT NULL,
    UNIQUE (run_id, person_id)
);
CREATE INDEX match_result_by_post ON match_result (run_id, post_id);
CREATE INDEX match_result_by_run ON match_result (run_id, id);
CREATE INDEX match_result_by_state ON match_result (run_id, state, id);
-- What the run made of each post: price is what one more seat would have added at most, in points.
CREATE TABLE match_post (
    id          BIGINT PRIMARY KEY,
    run_id      BIGINT NOT NULL REFERENCES match_run (id),
    post_id     BIGINT NOT NULL,
    home        BIGINT NOT NULL,  -- of the run
    work        BIGINT NOT NULL,
    employer_id BIGINT NOT NULL,
    seats       BIGINT NOT NULL,
    queue       BIGINT NOT NULL,  -- people whose best post it was
    price       BIGINT NOT NULL,
    UNIQUE (run_id, post_id)
);

CREATE TABLE offer (
    id             BIGINT PRIMARY KEY,
    version        BIGINT NOT NULL DEFAULT 1,
    person_id      BIGINT NOT NULL,
    post_id        BIGINT NOT NULL REFERENCES job_post (id),
    employer_id    BIGINT NOT NULL,
    run_id         BIGINT,
    home           BIGINT NOT NULL,
    work           BIGINT NOT NULL,
    state          TEXT NOT NULL,  -- OFFERED ACCEPTED DECLINED EXPIRED OBSOLETE CONVERTED
    offered_on     TEXT NOT NULL,
    expires_on     TEXT NOT NULL,
    answered_at    BIGINT,
    decline_reason TEXT,
    created_at     BIGINT NOT NULL,
    updated_at     BIGINT NOT NULL
);
CREATE INDEX offer_by_person ON offer (person_id, id);
CREATE INDEX offer_by_post ON offer (post_id, state);
CREATE INDEX offer_by_home ON offer (home, state, id);
CREATE INDEX offer_by_work ON offer (work, state, id);
-- A person holds at most one accepted offer.
CREATE UNIQUE INDEX offer_one_accepted ON offer (person_id) WHERE state = 'ACCEPTED';
CREATE UNIQUE INDEX offer_once ON offer (person_id, post_id) WHERE state IN ('OFFERED', 'ACCEPTED');
