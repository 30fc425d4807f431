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
-- The log that the rows are made from. There may be the table already: it came just before migrations did.
CREATE TABLE IF NOT EXISTS source_log (
  id text NOT NULL
);

CREATE TABLE totals (
  id text PRIMARY KEY,
  total integer NOT NULL,
  name text CONSTRAINT not_forbidden CHECK (name <> 'forbidden'),
  sequence integer NOT NULL
);
CREATE INDEX idx_totals_total ON totals (total);
CREATE TABLE entries (
  id integer PRIMARY KEY AUTOINCREMENT,
  n integer NOT NULL,
  sequence integer NOT NULL
);

-- +migrate Down
DROP TABLE entries;
DROP TABLE totals;
DROP TABLE source_log;
DROP TABLE commands;
DROP TABLE aggregates;
DROP TABLE projections;
