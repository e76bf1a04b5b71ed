-- 0015 Recoveries set against payments.

-- How much of a payment line is kept back for which recovery.
CREATE TABLE adjustment_offset (
    line_id       BIGINT NOT NULL, -- payment_line; taken just before the line is written
    adjustment_id BIGINT NOT NULL REFERENCES adjustment (id),
    home          BIGINT,
    work          BIGINT,
    employer_id   BIGINT,
    person_id     BIGINT,
    amount_fen    BIGINT NOT NULL CHECK (amount_fen > 0),
    sent_at       BIGINT,            -- from then on it is settled
    PRIMARY KEY (line_id, adjustment_id)
);
