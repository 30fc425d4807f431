-- +migrate Up
-- Since when a session has its place, when a person last did something with it, and the end that they were warned of.
ALTER TABLE sessions ADD COLUMN admitted_at timestamp;
ALTER TABLE sessions ADD COLUMN touched_at timestamp;
ALTER TABLE sessions ADD COLUMN warned_of timestamp;

-- The places for sessions: which are taken, and who waits for one.
CREATE TABLE slots (
  session_id text PRIMARY KEY,
  user_id text NOT NULL,
  state text NOT NULL,
  since timestamp NOT NULL,
  position integer
);
CREATE INDEX idx_slots_user_id ON slots (user_id);

-- +migrate Down
DROP TABLE slots;
ALTER TABLE sessions DROP COLUMN warned_of;
ALTER TABLE sessions DROP COLUMN touched_at;
ALTER TABLE sessions DROP COLUMN admitted_at;
