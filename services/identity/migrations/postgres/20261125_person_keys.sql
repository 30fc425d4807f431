-- +migrate Up
-- No name stands here any more: names are personal texts, and are looked up by their streams.
DROP TABLE users;
CREATE TABLE users (
  id text COLLATE "C" PRIMARY KEY,
  name text NOT NULL,
  role text NOT NULL,
  status text NOT NULL,
  created_at timestamptz NOT NULL,
  version bigint NOT NULL
);
DROP TABLE usernames;
CREATE TABLE usernames (
  stream_id text COLLATE "C" PRIMARY KEY,
  user_id text COLLATE "C" NOT NULL
);
CREATE INDEX idx_usernames_user_id ON usernames (user_id);

-- +migrate Down
DROP TABLE usernames;
CREATE TABLE usernames (
  name_key text COLLATE "C" PRIMARY KEY,
  user_id text COLLATE "C" NOT NULL
);
DROP TABLE users;
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
