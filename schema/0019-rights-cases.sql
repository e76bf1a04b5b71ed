-- 0019 Rights cases (劳动维权案件) against employers: what they were about and what became of them, without names.

CREATE TABLE rights_case (
    id          BIGINT PRIMARY KEY,
    version     BIGINT NOT NULL DEFAULT 1,
    employer_id BIGINT NOT NULL REFERENCES employer (id),
    work        BIGINT NOT NULL,            -- the employer's place
    home        BIGINT,                     -- whose people; NULL = not of one place
    kind        TEXT NOT NULL,              -- WAGES INJURY CONTRACT OTHER
    persons     BIGINT,                     -- concerned
    amount_fen  BIGINT,                     -- in dispute
    case_no     TEXT,                       -- of the office that took it up
    opened_on   TEXT NOT NULL,
    closed_on   TEXT,
    state       TEXT NOT NULL DEFAULT 'OPEN', -- OPEN SETTLED REJECTED
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL
);
CREATE INDEX rights_case_by_employer ON rights_case (employer_id, opened_on);
CREATE INDEX rights_case_by_work ON rights_case (work, id);
CREATE INDEX rights_case_by_home ON rights_case (home, id);
