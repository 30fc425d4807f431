-- +migrate Up
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

-- +migrate Down
DROP TABLE leases;
DROP TABLE source_log;
