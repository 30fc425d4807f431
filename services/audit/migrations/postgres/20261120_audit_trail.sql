-- +migrate Up
-- Where each read model stands against the log.
CREATE TABLE projections (
  table_name text COLLATE "C" PRIMARY KEY,
  version bigint NOT NULL,
  sequence bigint NOT NULL,
  status text NOT NULL,
  error text
);

-- What commands decide on.
CREATE TABLE aggregates (
  stream text COLLATE "C" PRIMARY KEY,
  version bigint NOT NULL,
  state text NOT NULL
);
CREATE TABLE commands (
  command_id text COLLATE "C" PRIMARY KEY,
  sequence bigint NOT NULL
);

-- S-56 with the columns of P-18. The projector numbers the rows: a sequence would leave gaps.
CREATE TABLE audit_log (
  id bigint PRIMARY KEY,
  "timestamp" timestamptz NOT NULL,
  "user" text COLLATE "C" NOT NULL,
  action text COLLATE "C" NOT NULL,
  details text,
  resource_type text COLLATE "C",
  resource_id text COLLATE "C",
  ip_address text,
  user_agent text,
  outcome text COLLATE "C" NOT NULL,
  sequence bigint NOT NULL
);
-- Each ends with the row's id, so that the newest rows of one user are found without sorting them.
CREATE INDEX idx_audit_timestamp ON audit_log ("timestamp", id);
CREATE INDEX idx_audit_user ON audit_log ("user", id);
CREATE INDEX idx_audit_action ON audit_log (action, id);
CREATE INDEX idx_audit_resource_id ON audit_log (resource_id, id);
CREATE INDEX idx_audit_resource_type ON audit_log (resource_type, id);
CREATE INDEX idx_audit_outcome ON audit_log (outcome, id);

-- S-58.
CREATE TABLE analytics (
  id bigint PRIMARY KEY,
  app_id text COLLATE "C" NOT NULL,
  "timestamp" timestamptz NOT NULL
);
CREATE INDEX idx_analytics_app_id ON analytics (app_id);
CREATE INDEX idx_analytics_timestamp ON analytics ("timestamp");

-- The launches counted by app and day.
CREATE TABLE launch_days (
  id text COLLATE "C" PRIMARY KEY,
  day text COLLATE "C" NOT NULL,
  app_id text COLLATE "C" NOT NULL,
  launches bigint NOT NULL,
  last_launched_at timestamptz NOT NULL
);

-- +migrate Down
DROP TABLE launch_days;
DROP TABLE analytics;
DROP TABLE audit_log;
DROP TABLE commands;
DROP TABLE aggregates;
DROP TABLE projections;
