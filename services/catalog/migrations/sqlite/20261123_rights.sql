-- +migrate Up
-- Whose members may use an app with visibility `approved`.
CREATE TABLE group_approvals (
  id text PRIMARY KEY,
  app_id text NOT NULL,
  group_id text NOT NULL
);
CREATE INDEX idx_group_approvals_app_id ON group_approvals (app_id);
CREATE INDEX idx_group_approvals_group_id ON group_approvals (group_id, app_id);

-- What the catalogue knows of identity's groups and people.
CREATE TABLE known_groups (
  group_id text PRIMARY KEY
);
CREATE TABLE group_members (
  id text PRIMARY KEY,
  group_id text NOT NULL,
  user_id text NOT NULL
);
CREATE INDEX idx_group_members_user_id ON group_members (user_id, group_id);
CREATE TABLE disabled_users (
  user_id text PRIMARY KEY
);

-- Who looks after the apps of which category.
CREATE TABLE category_administrators (
  id text PRIMARY KEY,
  category text NOT NULL,
  user_id text NOT NULL
);
CREATE INDEX idx_category_administrators_user_id ON category_administrators (user_id, category);

-- Every definition that an app ever had.
CREATE TABLE app_revisions (
  id text PRIMARY KEY,
  version integer NOT NULL,
  app_id text NOT NULL,
  at text NOT NULL,
  user_id text NOT NULL,
  action text NOT NULL,
  reverted_to integer,
  changes text NOT NULL,
  app text,
  category text,
  category_before text,
  visibility text NOT NULL,
  visibility_before text NOT NULL
);
CREATE INDEX idx_app_revisions_app_id ON app_revisions (app_id, version);

-- +migrate Down
DROP TABLE app_revisions;
DROP TABLE category_administrators;
DROP TABLE disabled_users;
DROP TABLE group_members;
DROP TABLE known_groups;
DROP TABLE group_approvals;
