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
-- The log that the rows are made from.
CREATE TABLE source_log (
  id text NOT NULL
);

-- What only one replica of the service does at a time, and which one that is.
CREATE TABLE leases (
  name text COLLATE "C" PRIMARY KEY,
  owner text NOT NULL,
  expires_at timestamptz NOT NULL
);

CREATE TABLE totals (
  id text COLLATE "C" PRIMARY KEY,
  total bigint NOT NULL,
  name text CONSTRAINT not_forbidden CHECK (name <> 'forbidden'),
  sequence bigint NOT NULL
);
CREATE INDEX idx_totals_total ON totals (total);
CREATE TABLE entries (
  id bigint PRIMARY KEY,
  n bigint NOT NULL,
  sequence bigint NOT NULL
);

-- +migrate Down
DROP TABLE entries;
DROP TABLE totals;
DROP TABLE leases;
DROP TABLE source_log;
DROP TABLE commands;
DROP TABLE aggregates;
DROP TABLE projections;
