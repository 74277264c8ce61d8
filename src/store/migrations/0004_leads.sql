-- What came nearest where no rule answered, which message settled a question
-- that was asked back, and how long the decision took.
ALTER TABLE message ADD COLUMN nearest    TEXT;   -- JSON: [[rule, score], …]
ALTER TABLE message ADD COLUMN settled_by TEXT;   -- the message that tapped an option
ALTER TABLE message ADD COLUMN took_us    BIGINT; -- microseconds

-- Only these are looked for by what became of them, so only these are indexed:
-- a message that a rule answered costs nothing here.
CREATE INDEX message_missed ON message (account_id, received_at) WHERE outcome IN ('fallback', 'choices');

-- A miss that needs nobody any more.
CREATE TABLE miss_closed (
    account_id TEXT   NOT NULL,
    message_id TEXT   NOT NULL,
    how        TEXT   NOT NULL,  -- ignored, answered
    rule_id    TEXT,             -- the rule that answers it now
    version    BIGINT,           -- since this version
    actor      TEXT   NOT NULL,
    closed_at  BIGINT NOT NULL,
    PRIMARY KEY (account_id, message_id),
    FOREIGN KEY (account_id, message_id) REFERENCES message (account_id, id)
);

-- What is known of a customer beside their messages: written when they follow
-- or scan, so a row is missing for those who did neither.
CREATE TABLE customer (
    account_id  TEXT   NOT NULL,
    customer_id TEXT   NOT NULL,
    first_seen  BIGINT NOT NULL,
    source_kind TEXT,             -- by what they came first: scan, menu, rule
    source_key  TEXT,
    is_test     BIGINT NOT NULL,
    PRIMARY KEY (account_id, customer_id)
) /*sqlite: WITHOUT ROWID*/;

CREATE INDEX customer_first_seen ON customer (account_id, first_seen);

-- What staff write about a customer.
CREATE TABLE customer_note (
    account_id  TEXT   NOT NULL,
    id          TEXT   NOT NULL,
    customer_id TEXT   NOT NULL,
    written_at  BIGINT NOT NULL,
    actor       TEXT   NOT NULL,
    body        TEXT   NOT NULL,  -- numbers of people masked
    sealed      TEXT,             -- the original of a masked body, encrypted
    PRIMARY KEY (account_id, id)
);

CREATE INDEX customer_note_customer ON customer_note (account_id, customer_id, written_at);

CREATE TABLE customer_tag (
    account_id  TEXT   NOT NULL,
    customer_id TEXT   NOT NULL,
    tag         TEXT   NOT NULL,
    actor       TEXT   NOT NULL,
    set_at      BIGINT NOT NULL,
    PRIMARY KEY (account_id, customer_id, tag)
) /*sqlite: WITHOUT ROWID*/;

-- Sentences that staff have ready.
CREATE TABLE phrase (
    account_id TEXT   NOT NULL,
    id         TEXT   NOT NULL,
    title      TEXT   NOT NULL,
    body       TEXT   NOT NULL,
    actor      TEXT   NOT NULL,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, id)
);

-- What customers left in forms (线索).
CREATE TABLE lead (
    account_id   TEXT   NOT NULL,
    number       TEXT   NOT NULL,
    told         TEXT,             -- another number that the customer was told
    customer_id  TEXT,             -- NULL once the customer was erased
    form_id      TEXT   NOT NULL,
    answers      TEXT   NOT NULL,  -- JSON, what leads to a person masked
    sealed       TEXT   NOT NULL,  -- the answers in full, encrypted
    unit         TEXT,
    people       TEXT,
    wanted       TEXT,             -- when they want to come
    status       TEXT   NOT NULL,
    owner        TEXT,             -- of the staff
    due_on       TEXT,             -- 2026-04-13: to be followed up
    source_kind  TEXT,
    source_key   TEXT,
    consented_at BIGINT NOT NULL,
    created_at   BIGINT NOT NULL,
    handed_in_at BIGINT NOT NULL,  -- the last time
    updated_at   BIGINT NOT NULL,
    revision     BIGINT NOT NULL,
    is_test      BIGINT NOT NULL,
    PRIMARY KEY (account_id, number)
);

CREATE INDEX lead_customer ON lead (account_id, customer_id);
CREATE INDEX lead_handed_in ON lead (account_id, handed_in_at);

-- Who did what to a lead. Rows are only ever added, and go with their lead.
CREATE TABLE lead_trail (
    account_id   TEXT   NOT NULL,
    id           TEXT   NOT NULL,  -- of the message that did it, or drawn
    number       TEXT   NOT NULL,
    happened_at  BIGINT NOT NULL,
    actor        TEXT   NOT NULL,
    what         TEXT   NOT NULL,
    value_before TEXT,
    value_after  TEXT,
    sealed       TEXT,             -- value_after in full where it is masked
    PRIMARY KEY (account_id, id),
    FOREIGN KEY (account_id, number) REFERENCES lead (account_id, number) ON DELETE CASCADE
);

CREATE INDEX lead_trail_number ON lead_trail (account_id, number, happened_at);

-- The last number given on a day.
CREATE TABLE lead_counter (
    account_id TEXT   NOT NULL,
    day        TEXT   NOT NULL,
    given      BIGINT NOT NULL,
    PRIMARY KEY (account_id, day)
);

-- Who waits, or waited, for a person. The id is the message that asked.
CREATE TABLE waiting (
    account_id  TEXT   NOT NULL,
    message_id  TEXT   NOT NULL,
    customer_id TEXT,              -- NULL once the customer was erased
    since       BIGINT NOT NULL,
    reason      TEXT   NOT NULL,
    taken_by    TEXT,
    taken_at    BIGINT,
    ended_at    BIGINT,
    ended_how   TEXT,              -- returned, left, done, idle, erased
    is_test     BIGINT NOT NULL,
    PRIMARY KEY (account_id, message_id),
    FOREIGN KEY (account_id, message_id) REFERENCES message (account_id, id)
);

-- Nobody stands in the line twice.
CREATE UNIQUE INDEX waiting_open ON waiting (account_id, customer_id) WHERE ended_at IS NULL;
CREATE INDEX waiting_since ON waiting (account_id, since);

-- What staff are still to be told. Names its subject only; the words are made
-- when it is sent, so nothing personal waits here.
CREATE TABLE notice (
    account_id TEXT   NOT NULL,
    id         TEXT   NOT NULL,
    kind       TEXT   NOT NULL,
    subject    TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    next_at    BIGINT NOT NULL,  -- the next attempt
    attempts   BIGINT NOT NULL,
    settled_at BIGINT,           -- sent, or given up
    fate       TEXT,             -- sent, obsolete, given-up
    failure    TEXT,             -- of the last attempt
    PRIMARY KEY (account_id, id)
);

CREATE INDEX notice_unsettled ON notice (next_at) WHERE settled_at IS NULL;

-- Scheduled work: who is at it, and when it is due again.
CREATE TABLE job (
    name         TEXT PRIMARY KEY,
    holder       TEXT   NOT NULL,
    leased_until BIGINT NOT NULL,
    due_at       BIGINT NOT NULL,
    started_at   BIGINT NOT NULL,
    succeeded_at BIGINT,
    failure      TEXT              -- of the last run
);

-- Customers who were erased lately. A message of theirs may still lie in the
-- journal of a process that is away; it is erased again when it turns up. The
-- name is encrypted, and the row goes after a while.
CREATE TABLE erasure (
    account_id TEXT   NOT NULL,
    id         TEXT   NOT NULL,  -- of the message that asked for it, or drawn
    sealed     TEXT   NOT NULL,  -- the customer, encrypted
    erased_at  BIGINT NOT NULL,
    scope      TEXT   NOT NULL,  -- conversation, everything
    PRIMARY KEY (account_id, id)
);

-- Who took personal data out, or removed it. Names no customer.
CREATE TABLE privacy_log (
    account_id  TEXT   NOT NULL,
    id          TEXT   NOT NULL,
    happened_at BIGINT NOT NULL,
    actor       TEXT   NOT NULL,
    what        TEXT   NOT NULL,
    subject     TEXT   NOT NULL,
    PRIMARY KEY (account_id, id)
);
