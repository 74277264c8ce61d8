-- Every wait of one customer, the ended ones too: for their conversation, and to
-- erase them without reading everybody's.
CREATE INDEX waiting_of_customer ON waiting (account_id, customer_id, since);
