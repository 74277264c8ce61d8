-- Who may enter the console. A row without a password cannot log in yet.
CREATE TABLE staff (
    id          TEXT   PRIMARY KEY,
    name        TEXT   NOT NULL,
    name_key    TEXT   NOT NULL UNIQUE,  -- the name as it is compared
    role        TEXT   NOT NULL,         -- admin, editor, reception or viewer
    password    TEXT,                    -- Argon2id, in PHC form
    totp        TEXT,                    -- the secret of the second factor, sealed
    totp_step   BIGINT NOT NULL,         -- of the code used last: none counts twice
    disabled    BIGINT NOT NULL,         -- 1: may not enter
    made_at     BIGINT NOT NULL
);

-- For who has lost the phone with the second factor. Hashes; a row goes with its use.
CREATE TABLE recovery_code (
    staff_id    TEXT   NOT NULL REFERENCES staff (id),
    hash        TEXT   NOT NULL,
    PRIMARY KEY (staff_id, hash)
);

-- Of the token in a browser's cookie only the hash is kept.
CREATE TABLE session (
    hash        TEXT   PRIMARY KEY,
    staff_id    TEXT   NOT NULL REFERENCES staff (id),
    made_at     BIGINT NOT NULL,
    seen_at     BIGINT NOT NULL,
    ends_at     BIGINT NOT NULL,
    ip          TEXT   NOT NULL,
    agent       TEXT   NOT NULL
);
CREATE INDEX session_of_staff ON session (staff_id);

-- One-time links: the first set-up, joining, a new password.
CREATE TABLE invitation (
    hash        TEXT   PRIMARY KEY,
    purpose     TEXT   NOT NULL,         -- setup, join or reset
    role        TEXT   NOT NULL,
    staff_id    TEXT,                    -- whose password, for reset
    note        TEXT   NOT NULL,         -- for whom it was made
    made_by     TEXT   NOT NULL,
    made_at     BIGINT NOT NULL,
    ends_at     BIGINT NOT NULL
);

-- Tries to log in, for the limit. Names only as hashes: people type their
-- password into the wrong field.
CREATE TABLE login_attempt (
    id          TEXT   PRIMARY KEY,
    at          BIGINT NOT NULL,
    name_hash   TEXT   NOT NULL,
    ip          TEXT   NOT NULL
);
CREATE INDEX login_attempt_at ON login_attempt (at);

-- Who changed what. Only ever added to.
CREATE TABLE operation (
    id          TEXT   PRIMARY KEY,
    at          BIGINT NOT NULL,
    who         TEXT   NOT NULL,
    ip          TEXT   NOT NULL,
    kind        TEXT   NOT NULL,
    subject     TEXT   NOT NULL,
    before_text TEXT,
    after_text  TEXT
);
CREATE INDEX operation_at ON operation (at);

-- For scripts. Only the hash of a token is kept.
CREATE TABLE api_token (
    id          TEXT   PRIMARY KEY,
    hash        TEXT   NOT NULL UNIQUE,
    name        TEXT   NOT NULL,
    role        TEXT   NOT NULL,
    made_by     TEXT   NOT NULL,
    made_at     BIGINT NOT NULL,
    used_at     BIGINT,
    revoked_at  BIGINT
);
