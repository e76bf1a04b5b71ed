-- 0011 Devices from which somebody has signed in before: strangers who guess at a login close it to
-- strangers, not to them.

CREATE TABLE known_device (
    token_hash TEXT NOT NULL,       -- SHA-256 of what its cookie holds; one for all who use it
    user_id    BIGINT NOT NULL REFERENCES user_account (id),
    seen_at    BIGINT NOT NULL,     -- last sign-in
    PRIMARY KEY (token_hash, user_id)
);
CREATE INDEX known_device_by_user ON known_device (user_id);
