-- +migrate Up
-- No read model: this is in no log, and what is deleted here is gone for good.
-- The key of each person's personal texts, sealed under the sealing key.
CREATE TABLE person_keys (
  person text PRIMARY KEY,
  sealed_key text NOT NULL
);

-- What stands for a text that could be guessed, such as a user name, in the names of streams.
CREATE TABLE slots (
  text_hash text PRIMARY KEY,
  slot text NOT NULL UNIQUE
);

-- +migrate Down
DROP TABLE slots;
DROP TABLE person_keys;
