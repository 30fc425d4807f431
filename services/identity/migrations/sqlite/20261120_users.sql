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

CREATE TABLE users (
  id text PRIMARY KEY,
  name text NOT NULL,
  name_key text NOT NULL,
  role text NOT NULL,
  status text NOT NULL,
  created_at text NOT NULL,
  version integer NOT NULL
);
CREATE INDEX idx_users_name_key ON users (name_key);

CREATE TABLE usernames (
  name_key text PRIMARY KEY,
  user_id text NOT NULL
);

CREATE TABLE passwords (
  user_id text PRIMARY KEY,
  credential_id text NOT NULL,
  sealed_hash text NOT NULL,
  must_change integer NOT NULL,
  kept_sign_in_id text
);

CREATE TABLE sign_ins (
  id text PRIMARY KEY,
  user_id text NOT NULL,
  credential_id text NOT NULL,
  token_hash text NOT NULL,
  issued_at text NOT NULL,
  previous_token_hash text,
  previous_valid_until text,
  created_at text NOT NULL,
  expires_at text NOT NULL
);
CREATE INDEX idx_sign_ins_user_id ON sign_ins (user_id);
CREATE INDEX idx_sign_ins_token_hash ON sign_ins (token_hash);
CREATE INDEX idx_sign_ins_previous_token_hash ON sign_ins (previous_token_hash);

-- +migrate Down
DROP TABLE sign_ins;
DROP TABLE passwords;
DROP TABLE usernames;
DROP TABLE users;
DROP TABLE commands;
DROP TABLE aggregates;
DROP TABLE projections;
