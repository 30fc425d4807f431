-- +migrate Up
-- Every row that the tables ever had, and since when: what they looked like at any sequence. Versions have a
-- state, phases a node; the indexes of phases are where lists start from.
CREATE TABLE applications_history (
  entry text PRIMARY KEY,
  row_key text NOT NULL,
  sequence integer NOT NULL,
  until integer,
  node integer,
  state text
);
CREATE INDEX idx_applications_history_version ON applications_history (row_key, sequence) WHERE node IS NULL;
CREATE INDEX idx_applications_history_phase ON applications_history (row_key, sequence, until, node) WHERE node IS NOT NULL;

CREATE TABLE approvals_history (
  entry text PRIMARY KEY,
  row_key text NOT NULL,
  sequence integer NOT NULL,
  until integer,
  node integer,
  app_id text,
  user_id text,
  state text
);
CREATE INDEX idx_approvals_history_version ON approvals_history (row_key, sequence) WHERE node IS NULL;
CREATE INDEX idx_approvals_history_phase ON approvals_history (row_key, sequence, until, node) WHERE node IS NOT NULL;
CREATE INDEX idx_approvals_history_app_id ON approvals_history (app_id, user_id, sequence, until, node) WHERE node IS NOT NULL;
CREATE INDEX idx_approvals_history_user_id ON approvals_history (user_id, app_id, sequence, until, node) WHERE node IS NOT NULL;

CREATE TABLE group_approvals_history (
  entry text PRIMARY KEY,
  row_key text NOT NULL,
  sequence integer NOT NULL,
  until integer,
  node integer,
  app_id text,
  group_id text,
  state text
);
CREATE INDEX idx_group_approvals_history_version ON group_approvals_history (row_key, sequence) WHERE node IS NULL;
CREATE INDEX idx_group_approvals_history_phase ON group_approvals_history (row_key, sequence, until, node) WHERE node IS NOT NULL;
CREATE INDEX idx_group_approvals_history_app_id ON group_approvals_history (app_id, group_id, sequence, until, node) WHERE node IS NOT NULL;
CREATE INDEX idx_group_approvals_history_group_id ON group_approvals_history (group_id, app_id, sequence, until, node) WHERE node IS NOT NULL;

CREATE TABLE known_groups_history (
  entry text PRIMARY KEY,
  row_key text NOT NULL,
  sequence integer NOT NULL,
  until integer,
  node integer,
  state text
);
CREATE INDEX idx_known_groups_history_version ON known_groups_history (row_key, sequence) WHERE node IS NULL;
CREATE INDEX idx_known_groups_history_phase ON known_groups_history (row_key, sequence, until, node) WHERE node IS NOT NULL;

CREATE TABLE group_members_history (
  entry text PRIMARY KEY,
  row_key text NOT NULL,
  sequence integer NOT NULL,
  until integer,
  node integer,
  group_id text,
  user_id text,
  state text
);
CREATE INDEX idx_group_members_history_version ON group_members_history (row_key, sequence) WHERE node IS NULL;
CREATE INDEX idx_group_members_history_phase ON group_members_history (row_key, sequence, until, node) WHERE node IS NOT NULL;
CREATE INDEX idx_group_members_history_user_id ON group_members_history (user_id, group_id, sequence, until, node) WHERE node IS NOT NULL;

CREATE TABLE disabled_users_history (
  entry text PRIMARY KEY,
  row_key text NOT NULL,
  sequence integer NOT NULL,
  until integer,
  node integer,
  state text
);
CREATE INDEX idx_disabled_users_history_version ON disabled_users_history (row_key, sequence) WHERE node IS NULL;
CREATE INDEX idx_disabled_users_history_phase ON disabled_users_history (row_key, sequence, until, node) WHERE node IS NOT NULL;

CREATE TABLE category_administrators_history (
  entry text PRIMARY KEY,
  row_key text NOT NULL,
  sequence integer NOT NULL,
  until integer,
  node integer,
  user_id text,
  category text,
  state text
);
CREATE INDEX idx_category_administrators_history_version ON category_administrators_history (row_key, sequence) WHERE node IS NULL;
CREATE INDEX idx_category_administrators_history_phase ON category_administrators_history (row_key, sequence, until, node) WHERE node IS NOT NULL;
CREATE INDEX idx_category_administrators_history_user_id ON category_administrators_history (user_id, category, sequence, until, node) WHERE node IS NOT NULL;

-- +migrate Down
DROP TABLE category_administrators_history;
DROP TABLE disabled_users_history;
DROP TABLE group_members_history;
DROP TABLE known_groups_history;
DROP TABLE group_approvals_history;
DROP TABLE approvals_history;
DROP TABLE applications_history;
