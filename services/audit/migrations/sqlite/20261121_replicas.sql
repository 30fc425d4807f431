-- +migrate Up
-- The log that the rows are made from. There may be the table already: it came just before migrations did.
CREATE TABLE IF NOT EXISTS source_log (
  id text NOT NULL
);

-- +migrate Down
DROP TABLE source_log;
