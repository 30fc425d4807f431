-- +migrate Up
-- Where each read model stands against the log.
CREATE TABLE projections (
  table_name text PRIMARY KEY,
  version integer NOT NULL,
  sequence integer NOT NULL,
  status text NOT NULL,
  error text
);

-- What commands decide on.
CREATE TABLE aggregates (
  stream text PRIMARY KEY,
  version integer NOT NULL,
  state text NOT NULL
);
CREATE TABLE commands (
  command_id text PRIMARY KEY,
  sequence integer NOT NULL
);

-- S-28, with the version that ETag speaks of.
CREATE TABLE applications (
  id text PRIMARY KEY,
  name text NOT NULL,
  description text,
  url text,
  icon text,
  category text,
  visibility text DEFAULT 'public' NOT NULL,
  launch_type text DEFAULT 'url',
  container_image text,
  version integer NOT NULL
);

-- Who may use an app with visibility `approved`.
CREATE TABLE approvals (
  id text PRIMARY KEY,
  app_id text NOT NULL,
  user_id text NOT NULL
);
CREATE INDEX idx_approvals_user_id ON approvals (user_id, app_id);

-- +migrate Down
DROP TABLE approvals;
DROP TABLE applications;
DROP TABLE commands;
DROP TABLE aggregates;
DROP TABLE projections;
