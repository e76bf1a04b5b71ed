-- 0015 Who acts on money is a natural person, whatever accounts she has.

-- Her citizen number, entered by an administrator; NULL for accounts that do not act on money. Not unique: one person may
-- hold accounts in several offices, and they count as one hand.
ALTER TABLE user_account ADD COLUMN id_no_sealed BYTEA;
ALTER TABLE user_account ADD COLUMN id_no_index BYTEA;
ALTER TABLE user_account ADD COLUMN id_no_mask TEXT;
CREATE INDEX user_by_id_no ON user_account (id_no_index) WHERE id_no_index IS NOT NULL;

-- Of a policy whose claims walk steps of their own (key review): the step that comes next, and until when its office acts.
-- NULL: not under review, or the usual hands, whose next step follows from the state.
ALTER TABLE claim ADD COLUMN next_step TEXT;
ALTER TABLE claim ADD COLUMN step_due_on TEXT;
ALTER TABLE public_notice ADD COLUMN step TEXT; -- NULL: the usual notice before approval

-- What was done with a claim, by whom: each step and its outcome, in order. Only added to; a submission begins a new round.
CREATE TABLE claim_step (
    claim_id    BIGINT NOT NULL REFERENCES claim (id),
    number      BIGINT NOT NULL,  -- 1, 2 … of the claim
    step        TEXT NOT NULL,    -- code of the policy's step, or SUBMIT CHECK REVIEW NOTICE APPROVAL of the usual hands
    event       TEXT NOT NULL,    -- submit check review notice approve object dismiss_objection return reject reopen withdraw
    user_id     BIGINT,           -- the hand; NULL: the program
    for_user_id BIGINT,           -- in whose stead she acted
    reason      TEXT,
    due_on      TEXT,             -- by when it was to be done
    until_on    TEXT,             -- of a notice: its last day
    person_id   BIGINT,
    employer_id BIGINT,
    home        BIGINT,
    work        BIGINT,
    at          BIGINT,           -- NULL: before steps were kept; the history knows
    PRIMARY KEY (claim_id, number)
);
INSERT INTO claim_step (claim_id, number, step, event, user_id, person_id, employer_id, home, work)
SELECT id, 1, 'SUBMIT', 'submit', submitted_by, person_id, employer_id, home, work FROM claim WHERE submitted_by IS NOT NULL;
INSERT INTO claim_step (claim_id, number, step, event, user_id, person_id, employer_id, home, work)
SELECT id, 2, 'CHECK', 'check', checked_by, person_id, employer_id, home, work FROM claim WHERE checked_by IS NOT NULL;
INSERT INTO claim_step (claim_id, number, step, event, user_id, person_id, employer_id, home, work)
SELECT id, 3, 'REVIEW', 'review', reviewed_by, person_id, employer_id, home, work FROM claim WHERE reviewed_by IS NOT NULL;
INSERT INTO claim_step (claim_id, number, step, event, user_id, person_id, employer_id, home, work)
SELECT id, 4, 'APPROVAL', 'approve', approved_by, person_id, employer_id, home, work FROM claim WHERE approved_by IS NOT NULL;

-- For whom a claim was handed in by somebody else (委托): who, how related, why, on what evidence. The money
-- still goes to the claimant's own account; the delegate counts as the hand that entered it.
CREATE TABLE claim_delegation (
    claim_id     BIGINT NOT NULL REFERENCES claim (id),
    number       BIGINT NOT NULL, -- of the claim_step by which it was handed in
    name         TEXT NOT NULL,
    id_no_sealed BYTEA NOT NULL,  -- bound to the claim's id
    id_no_index  BYTEA NOT NULL,
    id_no_mask   TEXT NOT NULL,
    relation     TEXT NOT NULL,   -- KIN WORK_TEAM VILLAGE_CADRE
    reason       TEXT NOT NULL,
    evidence     TEXT NOT NULL,   -- of the letter of delegation (委托书): its number, or who witnessed it
    person_id    BIGINT,
    employer_id  BIGINT,
    home         BIGINT,
    work         BIGINT,
    PRIMARY KEY (claim_id, number)
);

-- Whose steps of review a colleague takes for a time.
CREATE TABLE stand_in (
    id          BIGINT PRIMARY KEY,
    version     BIGINT NOT NULL DEFAULT 1,
    user_id     BIGINT NOT NULL REFERENCES user_account (id), -- who stands in
    for_user_id BIGINT NOT NULL REFERENCES user_account (id), -- whose steps they are
    from_on     TEXT NOT NULL,
    until_on    TEXT NOT NULL,    -- last day
    reason      TEXT NOT NULL,
    state       TEXT NOT NULL DEFAULT 'ACTIVE', -- ACTIVE REVOKED
    home        BIGINT,           -- as their organisation
    work        BIGINT,
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL
);
CREATE INDEX stand_in_by_user ON stand_in (user_id, state);
CREATE INDEX stand_in_by_home ON stand_in (home, id);
CREATE INDEX stand_in_by_work ON stand_in (work, id);
