-- +migrate Up
CREATE TABLE user_groups (
  id text COLLATE "C" PRIMARY KEY,
  name text NOT NULL,
  name_key text COLLATE "C" NOT NULL,
  members bigint NOT NULL,
  version bigint NOT NULL
);
CREATE INDEX idx_user_groups_name_key ON user_groups (name_key);

CREATE TABLE group_members (
  id text COLLATE "C" PRIMARY KEY,
  group_id text COLLATE "C" NOT NULL,
  user_id text COLLATE "C" NOT NULL
);
CREATE INDEX idx_group_members_group_id ON group_members (group_id);

-- S-26, with the version that ETag speaks of.
CREATE TABLE user_preferences (
  user_id text COLLATE "C" PRIMARY KEY,
  theme text DEFAULT 'light' NOT NULL,
  collapsed_categories text NOT NULL,
  favorites text NOT NULL,
  updated_at timestamptz NOT NULL,
  version bigint NOT NULL
);

-- +migrate Down
DROP TABLE user_preferences;
DROP TABLE group_members;
DROP TABLE user_groups;
