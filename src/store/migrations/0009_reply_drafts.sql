-- What a member of staff is writing to a customer and has not left for them yet.
-- Colleagues see by it that somebody is at it.
CREATE TABLE reply_draft (
    account_id  TEXT   NOT NULL,
    customer_id TEXT   NOT NULL,
    staff_id    TEXT   NOT NULL,
    sealed      TEXT   NOT NULL,  -- the words, encrypted: staff write numbers too
    changed_at  BIGINT NOT NULL,
    PRIMARY KEY (account_id, customer_id, staff_id)
) /*sqlite: WITHOUT ROWID*/;
