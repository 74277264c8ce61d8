-- How far each local journal is in here: kept with what came out of it, so that
-- each of its entries is applied once.
CREATE TABLE journal (
    id      TEXT   PRIMARY KEY,
    applied BIGINT NOT NULL      -- the number of the last entry
);

-- Counts the changes of a conversation: two processes never both advance one.
ALTER TABLE conversation ADD COLUMN revision BIGINT NOT NULL DEFAULT 0;

-- What one customer wrote: to show it, and to erase it. Their messages are few,
-- so sorting them is cheaper than a longer index.
CREATE INDEX message_of_customer ON message (account_id, customer_id);
