-- +migrate Up
-- How far the start of a session is that takes long, as JSON; only while it is being created.
ALTER TABLE sessions ADD COLUMN preparation text;

-- +migrate Down
ALTER TABLE sessions DROP COLUMN preparation;
