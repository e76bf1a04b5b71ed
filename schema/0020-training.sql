-- 0020 Courses that a person completed, ordered by an employer or for an occupation (订单式培训).

CREATE TABLE training (
    id           BIGINT PRIMARY KEY,
    version      BIGINT NOT NULL DEFAULT 1,
    person_id    BIGINT NOT NULL REFERENCES person (id),
    home         BIGINT NOT NULL,
    employer_id  BIGINT REFERENCES employer (id), -- who ordered it; NULL = nobody
    course       TEXT NOT NULL,
    occupation   TEXT,                      -- code of posts/occupations.c; NULL = whatever the employer needs
    provider     TEXT,                      -- the school
    from_on      TEXT,
    completed_on TEXT NOT NULL,
    days         BIGINT,                    -- really attended
    created_at   BIGINT NOT NULL,
    updated_at   BIGINT NOT NULL,
    CHECK (employer_id IS NOT NULL OR occupation IS NOT NULL)
);
CREATE INDEX training_by_person ON training (person_id, completed_on);
CREATE INDEX training_by_home ON training (home, id);
