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

-- S-56 with the columns of P-18.
CREATE TABLE audit_log (
  id integer PRIMARY KEY AUTOINCREMENT,
  timestamp timestamp NOT NULL,
  user text NOT NULL,
  action text NOT NULL,
  details text,
  resource_type text,
  resource_id text,
  ip_address text,
  user_agent text,
  outcome text NOT NULL,
  sequence integer NOT NULL
);
-- Each ends with the row's id by itself, so the newest rows of one user are found without sorting them.
CREATE INDEX idx_audit_timestamp ON audit_log (timestamp);
CREATE INDEX idx_audit_user ON audit_log (user);
CREATE INDEX idx_audit_action ON audit_log (action);
CREATE INDEX idx_audit_resource_id ON audit_log (resource_id);
CREATE INDEX idx_audit_resource_type ON audit_log (resource_type);
CREATE INDEX idx_audit_outcome ON audit_log (outcome);

-- S-58.
CREATE TABLE analytics (
  id integer PRIMARY KEY AUTOINCREMENT,
  app_id text NOT NULL,
  timestamp timestamp NOT NULL
);
CREATE INDEX idx_analytics_app_id ON analytics (app_id);
CREATE INDEX idx_analytics_timestamp ON analytics (timestamp);

-- The launches counted by app and day.
CREATE TABLE launch_days (
  id text PRIMARY KEY,
  day text NOT NULL,
  app_id text NOT NULL,
  launches integer NOT NULL,
  last_launched_at timestamp NOT NULL
);

-- +migrate Down
DROP TABLE launch_days;
DROP TABLE analytics;
DROP TABLE audit_log;
DROP TABLE commands;
DROP TABLE aggregates;
DROP TABLE projections;
