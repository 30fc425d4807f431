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

CREATE TABLE users (
  id text COLLATE "C" PRIMARY KEY,
  name text NOT NULL,
  name_key text COLLATE "C" NOT NULL,
  role text NOT NULL,
  status text NOT NULL,
  created_at timestamptz NOT NULL,
  version bigint NOT NULL
);
CREATE INDEX idx_users_name_key ON users (name_key);

CREATE TABLE usernames (
  name_key text COLLATE "C" PRIMARY KEY,
  user_id text COLLATE "C" NOT NULL
);

CREATE TABLE passwords (
  user_id text COLLATE "C" PRIMARY KEY,
  credential_id text NOT NULL,
  sealed_hash text NOT NULL,
  must_change integer NOT NULL,
  kept_sign_in_id text
);

CREATE TABLE sign_ins (
  id text COLLATE "C" PRIMARY KEY,
  user_id text COLLATE "C" NOT NULL,
  credential_id text NOT NULL,
  token_hash text COLLATE "C" NOT NULL,
  issued_at timestamptz NOT NULL,
  previous_token_hash text COLLATE "C",
  previous_valid_until timestamptz,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL
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
