-- +migrate Up
-- Every row that the tables ever had, and since when: what they looked like at any sequence. Versions have a
-- state, phases a node; the indexes of phases are where lists start from.
CREATE TABLE users_history (
  entry text COLLATE "C" PRIMARY KEY,
  row_key text COLLATE "C" NOT NULL,
  sequence bigint NOT NULL,
  until bigint,
  node bigint,
  state text
);
CREATE INDEX idx_users_history_version ON users_history (row_key, sequence) WHERE node IS NULL;
CREATE INDEX idx_users_history_phase ON users_history (row_key, sequence, until, node) WHERE node IS NOT NULL;

CREATE TABLE user_groups_history (
  entry text COLLATE "C" PRIMARY KEY,
  row_key text COLLATE "C" NOT NULL,
  sequence bigint NOT NULL,
  until bigint,
  node bigint,
  name_key text COLLATE "C",
  state text
);
CREATE INDEX idx_user_groups_history_version ON user_groups_history (row_key, sequence) WHERE node IS NULL;
CREATE INDEX idx_user_groups_history_phase ON user_groups_history (row_key, sequence, until, node) WHERE node IS NOT NULL;
CREATE INDEX idx_user_groups_history_name_key ON user_groups_history (name_key, row_key, sequence, until, node) WHERE node IS NOT NULL;

CREATE TABLE group_members_history (
  entry text COLLATE "C" PRIMARY KEY,
  row_key text COLLATE "C" NOT NULL,
  sequence bigint NOT NULL,
  until bigint,
  node bigint,
  group_id text COLLATE "C",
  user_id text COLLATE "C",
  state text
);
CREATE INDEX idx_group_members_history_version ON group_members_history (row_key, sequence) WHERE node IS NULL;
CREATE INDEX idx_group_members_history_phase ON group_members_history (row_key, sequence, until, node) WHERE node IS NOT NULL;
CREATE INDEX idx_group_members_history_group_id ON group_members_history (group_id, user_id, sequence, until, node) WHERE node IS NOT NULL;

-- +migrate Down
DROP TABLE group_members_history;
DROP TABLE user_groups_history;
DROP TABLE users_history;
