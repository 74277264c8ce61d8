-- Who published a version, why, and what they accepted with open eyes.
ALTER TABLE version ADD COLUMN who      TEXT;    -- NULL: whoever edits the folder
ALTER TABLE version ADD COLUMN reason   TEXT;
ALTER TABLE version ADD COLUMN approver TEXT;    -- the second person, where one is asked for
ALTER TABLE version ADD COLUMN accepted TEXT;    -- JSON: the warnings that were ticked
ALTER TABLE version ADD COLUMN despite  TEXT;    -- why failing tests did not stop it
ALTER TABLE version ADD COLUMN restores BIGINT;  -- the version that this one brought back

-- Which version the folder held last, as far as it is known. What differs from
-- it in the folder was edited there.
CREATE TABLE folder_step (
    id      TEXT   PRIMARY KEY,    -- one row: folder
    version BIGINT NOT NULL REFERENCES version (number)
);

-- One person's edits that are not live. The owner need not be a member: a script
-- has a draft under its token. A draft without a row is empty.
CREATE TABLE draft_file (
    owner      TEXT   NOT NULL,
    path       TEXT   NOT NULL,
    bytes      TEXT,               -- base64; NULL: the file is removed
    hash       TEXT   NOT NULL,    -- of the bytes; empty: the file is removed
    origin     TEXT   NOT NULL,    -- hash of what was live when it was changed first; empty: no file
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (owner, path)
);
CREATE INDEX draft_file_path ON draft_file (path);

-- What left a draft and waits: for a second person, or for its time.
CREATE TABLE proposal (
    id             TEXT   PRIMARY KEY,
    owner          TEXT   NOT NULL,
    who            TEXT   NOT NULL,
    reason         TEXT   NOT NULL,
    made_at        BIGINT NOT NULL,
    due_at         BIGINT,             -- NULL: as soon as it may
    needs_approval BIGINT NOT NULL,
    approver       TEXT,
    accepted       TEXT   NOT NULL,    -- JSON: the warnings that were ticked
    despite        TEXT,
    ended_at       BIGINT,
    ending         TEXT,               -- published, withdrawn or refused
    version        BIGINT,             -- that it became
    failure        TEXT                -- why it was refused
);
CREATE INDEX proposal_open ON proposal (made_at) WHERE ended_at IS NULL;

CREATE TABLE proposal_file (
    proposal TEXT NOT NULL REFERENCES proposal (id) ON DELETE CASCADE,
    path     TEXT NOT NULL,
    bytes    TEXT,
    hash     TEXT NOT NULL,
    origin   TEXT NOT NULL,
    PRIMARY KEY (proposal, path)
);
