-- +migrate Up
CREATE TABLE user_groups (
  id text PRIMARY KEY,
  name text NOT NULL,
  name_key text NOT NULL,
  members integer NOT NULL,
  version integer NOT NULL
);
CREATE INDEX idx_user_groups_name_key ON user_groups (name_key);

CREATE TABLE group_members (
  id text PRIMARY KEY,
  group_id text NOT NULL,
  user_id text NOT NULL
);
CREATE INDEX idx_group_members_group_id ON group_members (group_id);

-- S-26, with the version that ETag speaks of.
CREATE TABLE user_preferences (
  user_id text PRIMARY KEY,
  theme text DEFAULT 'light' NOT NULL,
  collapsed_categories text NOT NULL,
  favorites text NOT NULL,
  updated_at timestamp NOT NULL,
  version integer NOT NULL
);

-- +migrate Down
DROP TABLE user_preferences;
DROP TABLE group_members;
DROP TABLE user_groups;
