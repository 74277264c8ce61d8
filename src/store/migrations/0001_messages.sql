-- One row a message. The primary key is the delivery key: it is led by the
-- time the message was sent, so new rows go to the end of the index, and a
-- retry after a restart finds the reply that was given.
CREATE TABLE message (
    account_id  TEXT   NOT NULL,
    id          TEXT   NOT NULL,
    customer_id TEXT,             -- NULL once the customer was erased
    received_at BIGINT NOT NULL,  -- milliseconds since 1970
    kind        TEXT   NOT NULL,
    body        TEXT,             -- numbers of people masked; NULL after retention
    sealed      TEXT,             -- the original of a masked body, encrypted
    outcome     TEXT   NOT NULL,
    rule_id     TEXT,
    version     BIGINT NOT NULL,  -- of the rulebook that answered
    reply       TEXT   NOT NULL,  -- JSON
    is_test     BIGINT NOT NULL,  -- 1: sent by `yingda send`
    PRIMARY KEY (account_id, id)
);

-- Where a customer stands. A row is missing while that is the beginning.
CREATE TABLE conversation (
    account_id  TEXT   NOT NULL,
    customer_id TEXT   NOT NULL,
    state       TEXT   NOT NULL,  -- JSON
    changed_at  BIGINT NOT NULL,
    PRIMARY KEY (account_id, customer_id)
) /*sqlite: WITHOUT ROWID*/;

-- Plain mode only: which body came under a signed URL. Another body under the
-- same URL is a forgery.
CREATE TABLE signed_url (
    account_id  TEXT   NOT NULL,
    id          TEXT   NOT NULL,  -- timestamp and nonce
    digest      TEXT   NOT NULL,  -- of the body
    seen_at     BIGINT NOT NULL,
    PRIMARY KEY (account_id, id)
);

-- Why deliveries were turned away, counted by reason, for `doctor` and staff.
CREATE TABLE refusal (
    account_id  TEXT   NOT NULL,
    code        TEXT   NOT NULL,
    reason      TEXT   NOT NULL,  -- of the latest
    times       BIGINT NOT NULL,
    first_at    BIGINT NOT NULL,
    last_at     BIGINT NOT NULL,
    PRIMARY KEY (account_id, code)
);
