-- Accounts that were made in the console; those of a configuration are not here.
CREATE TABLE account (
    account_id  TEXT   NOT NULL PRIMARY KEY,
    name        TEXT   NOT NULL,
    human       TEXT   NOT NULL,
    encryption  TEXT   NOT NULL,
    original_id TEXT,
    app_id      TEXT,
    secrets     TEXT   NOT NULL,  -- token and key, and those before the last change: sealed
    secrets_at  BIGINT NOT NULL,  -- since when they are as they are
    made_by     TEXT   NOT NULL,
    made_at     BIGINT NOT NULL,
    revision    BIGINT NOT NULL   -- another one with every change
);

-- When an account's platform last checked our address and was answered.
CREATE TABLE url_check (
    account_id TEXT   NOT NULL PRIMARY KEY,
    checked_at BIGINT NOT NULL
);
