-- 0006 The journey, and who is at work month by month.

CREATE TABLE transfer_batch (
    id           BIGINT PRIMARY KEY,
    version      BIGINT NOT NULL DEFAULT 1,
    name         TEXT NOT NULL,
    home         BIGINT NOT NULL,  -- who sends
    work         BIGINT NOT NULL,  -- who receives
    mode         TEXT NOT NULL,    -- COACH TRAIN PLANE SELF
    depart_on    TEXT NOT NULL,
    depart_place TEXT,
    arrive_on    TEXT,
    escort       TEXT,
    cost_fen     BIGINT,
    paid_by      TEXT NOT NULL DEFAULT 'HOME_GOVERNMENT', -- HOME_GOVERNMENT WORK_GOVERNMENT EMPLOYER WORKER
    state        TEXT NOT NULL,    -- PLANNED LOCKED APPROVED DEPARTED ARRIVED HANDED_OVER CLOSED CANCELLED
    created_at   BIGINT NOT NULL,
    updated_at   BIGINT NOT NULL
);
CREATE INDEX batch_by_home ON transfer_batch (home, id);
CREATE INDEX batch_by_work ON transfer_batch (work, id);
CREATE TABLE transfer_vehicle (
    id       BIGINT PRIMARY KEY,
    batch_id BIGINT NOT NULL REFERENCES transfer_batch (id),
    home     BIGINT NOT NULL,
    work     BIGINT NOT NULL,
    label    TEXT NOT NULL,          -- number plate, train and carriage
    seats    BIGINT NOT NULL CHECK (seats BETWEEN 1 AND 2000),
    UNIQUE (batch_id, label)
);
-- One leader for each township that sends more than 20 people (S2).
CREATE TABLE transfer_leader (
    batch_id BIGINT NOT NULL REFERENCES transfer_batch (id),
    township BIGINT NOT NULL,
    home     BIGINT NOT NULL,
    work     BIGINT NOT NULL,
    name     TEXT NOT NULL,
    phone    TEXT,                   -- an official's number
    PRIMARY KEY (batch_id, township)
);
CREATE TABLE passenger (
    id          BIGINT PRIMARY KEY,
    version     BIGINT NOT NULL DEFAULT 1,
    batch_id    BIGINT NOT NULL REFERENCES transfer_batch (id),
    person_id   BIGINT NOT NULL,
    offer_id    BIGINT NOT NULL REFERENCES offer (id),
    employer_id BIGINT NOT NULL,
    home        BIGINT NOT NULL,
    work        BIGINT NOT NULL,
    vehicle_id  BIGINT REFERENCES transfer_vehicle (id),
    seat        BIGINT,
    state       TEXT NOT NULL,       -- LISTED BOARDED ARRIVED HANDED_OVER NO_SHOW DROPPED_OUT REFUSED
    note        TEXT,
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL,
    UNIQUE (batch_id, person_id),
    UNIQUE (vehicle_id, seat)
);
CREATE INDEX passenger_by_person ON passenger (person_id);

-- A stretch of work with one employer. end_on is the last working day, inclusive (B4 case 4).
CREATE TABLE placement (
    id              BIGINT PRIMARY KEY,
    version         BIGINT NOT NULL DEFAULT 1,
    person_id       BIGINT NOT NULL,
    employer_id     BIGINT NOT NULL,
    post_id         BIGINT,
    offer_id        BIGINT,
    home            BIGINT NOT NULL,
    work            BIGINT NOT NULL,
    channel         TEXT NOT NULL,   -- ORGANISED STATION BROKER AGENCY DIRECT KIN SELF
    employment_form TEXT NOT NULL DEFAULT 'EMPLOYER', -- EMPLOYER FLEXIBLE SELF_EMPLOYED PUBLIC_WELFARE WORKSHOP
    is_reserved     BIGINT NOT NULL DEFAULT 0,
    start_on        TEXT NOT NULL,
    end_on          TEXT,
    end_reason      TEXT,
    wage_fen        BIGINT,          -- agreed, a month
    contract_until  TEXT,
    previous_id     BIGINT,          -- re-posted from
    state           TEXT NOT NULL,   -- ACTIVE ENDED DISPUTED
    created_at      BIGINT NOT NULL,
    updated_at      BIGINT NOT NULL,
    CHECK (end_on IS NULL OR end_on >= start_on)
);
CREATE INDEX placement_by_person ON placement (person_id, start_on);
CREATE INDEX placement_by_home ON placement (home, state, id);
CREATE INDEX placement_by_work ON placement (work, state, id);
CREATE INDEX placement_by_employer ON placement (employer_id, state, id);
CREATE UNIQUE INDEX placement_one_open ON placement (person_id) WHERE end_on IS NULL;

-- What one source said of one month. Never changed: a later word of the same source is a new revision.
CREATE TABLE month_evidence (
    id           BIGINT PRIMARY KEY,
    placement_id BIGINT NOT NULL REFERENCES placement (id),
    person_id    BIGINT NOT NULL,
    employer_id  BIGINT NOT NULL,
    home         BIGINT NOT NULL,
    work         BIGINT NOT NULL,
    month        TEXT NOT NULL,
    source       TEXT NOT NULL,   -- EMPLOYER WORKER VILLAGE_PHONE STATION DATA
    revision     BIGINT NOT NULL,
    status       TEXT NOT NULL,   -- AT_WORK NOT_WORKING ON_LEAVE UNREACHABLE
    days         BIGINT,
    wage_fen     BIGINT,
    is_insured   BIGINT,
    note         TEXT,
    user_id      BIGINT,
    created_at   BIGINT NOT NULL,
    UNIQUE (placement_id, month, source, revision)
);
CREATE INDEX month_evidence_by_person ON month_evidence (person_id, month);
-- What the sources together say of one month (placements/months.c derives it). No row = 未核实. A locked
-- month rests under money.
CREATE TABLE placement_month (
    placement_id BIGINT NOT NULL REFERENCES placement (id),
    month        TEXT NOT NULL,
    person_id    BIGINT NOT NULL,
    employer_id  BIGINT NOT NULL,
    home         BIGINT NOT NULL,
    work         BIGINT NOT NULL,
    status       TEXT NOT NULL,   -- CONFIRMED NOT_WORKING ON_LEAVE UNREACHABLE CONFLICT
    days         BIGINT,
    wage_fen     BIGINT,
    is_insured   BIGINT,
    sources      TEXT NOT NULL,   -- joined by ','
    is_locked    BIGINT NOT NULL DEFAULT 0,
    updated_at   BIGINT NOT NULL,
    PRIMARY KEY (placement_id, month)
);
CREATE INDEX placement_month_by_person ON placement_month (person_id, month);
CREATE INDEX placement_month_by_home ON placement_month (home, month, status);
CREATE INDEX placement_month_by_work ON placement_month (work, month, status);
CREATE INDEX placement_month_by_employer ON placement_month (employer_id, month);
