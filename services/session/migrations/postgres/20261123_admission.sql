-- +migrate Up
-- Since when a session has its place, when a person last did something with it, and the end that they were warned of.
ALTER TABLE sessions ADD COLUMN admitted_at timestamptz;
ALTER TABLE sessions ADD COLUMN touched_at timestamptz;
ALTER TABLE sessions ADD COLUMN warned_of timestamptz;

-- The places for sessions: which are taken, and who waits for one.
CREATE TABLE slots (
  session_id text COLLATE "C" PRIMARY KEY,
  user_id text COLLATE "C" NOT NULL,
  state text COLLATE "C" NOT NULL,
  since timestamptz NOT NULL,
  position integer
);
CREATE INDEX idx_slots_user_id ON slots (user_id);

-- +migrate Down
DROP TABLE slots;
ALTER TABLE sessions DROP COLUMN warned_of;
ALTER TABLE sessions DROP COLUMN touched_at;
ALTER TABLE sessions DROP COLUMN admitted_at;
