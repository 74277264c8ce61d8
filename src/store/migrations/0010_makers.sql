-- Which member made it: what lets somebody in ends with its maker's right to
-- make it. NULL for what was made on the machine itself.
ALTER TABLE invitation ADD COLUMN made_by_id TEXT;
ALTER TABLE api_token  ADD COLUMN made_by_id TEXT;

-- Names are never changed.
UPDATE invitation SET made_by_id = (SELECT s.id FROM staff s WHERE s.name = invitation.made_by);
UPDATE api_token  SET made_by_id = (SELECT s.id FROM staff s WHERE s.name = api_token.made_by);
