-- +migrate Up
-- Every row that the tables ever had, and since when: what they looked like at any sequence. Versions have a
-- state, phases a node; the indexes of phases are where lists start from.
CREATE TABLE sessions_history (
  entry text COLLATE "C" PRIMARY KEY,
  row_key text COLLATE "C" NOT NULL,
  sequence bigint NOT NULL,
  until bigint,
  node bigint,
  user_id text COLLATE "C",
  status text COLLATE "C",
  created_at timestamptz,
  reached timestamptz,
  state text
);
CREATE INDEX idx_sessions_history_version ON sessions_history (row_key, sequence) WHERE node IS NULL;
CREATE INDEX idx_sessions_history_phase ON sessions_history (row_key, sequence, until, node) WHERE node IS NOT NULL;
CREATE INDEX idx_sessions_history_user_id ON sessions_history (user_id, created_at, row_key, sequence, until, node) WHERE node IS NOT NULL;
CREATE INDEX idx_sessions_history_status ON sessions_history (status, node, sequence, until) WHERE node IS NOT NULL;
CREATE INDEX idx_sessions_history_created_at ON sessions_history (created_at, row_key, sequence, until, node) WHERE node IS NOT NULL;
CREATE INDEX idx_sessions_history_reached ON sessions_history (sequence, reached, until, node) WHERE node IS NOT NULL;

CREATE TABLE slots_history (
  entry text COLLATE "C" PRIMARY KEY,
  row_key text COLLATE "C" NOT NULL,
  sequence bigint NOT NULL,
  until bigint,
  node bigint,
  state text
);
CREATE INDEX idx_slots_history_version ON slots_history (row_key, sequence) WHERE node IS NULL;
CREATE INDEX idx_slots_history_phase ON slots_history (row_key, sequence, until, node) WHERE node IS NOT NULL;

-- +migrate Down
DROP TABLE slots_history;
DROP TABLE sessions_history;
