-- Every rulebook that was ever live, with the bytes of all its files.
CREATE TABLE version (
    number       BIGINT PRIMARY KEY,
    hash         TEXT   NOT NULL,
    published_at BIGINT NOT NULL,
    source       TEXT   NOT NULL   -- folder, console or command
);

-- A file's bytes once, however many versions hold it.
CREATE TABLE content (
    hash  TEXT PRIMARY KEY,
    bytes TEXT NOT NULL            -- base64
);

CREATE TABLE version_file (
    version BIGINT NOT NULL REFERENCES version (number),
    path    TEXT   NOT NULL,
    content TEXT   NOT NULL REFERENCES content (hash),
    PRIMARY KEY (version, path)
);
