-- +migrate Up
-- No name stands here any more: names are personal texts, and are looked up by their streams.
DROP TABLE users;
CREATE TABLE users (
  id text PRIMARY KEY,
  name text NOT NULL,
  role text NOT NULL,
  status text NOT NULL,
  created_at text NOT NULL,
  version integer NOT NULL
);
DROP TABLE usernames;
CREATE TABLE usernames (
  stream_id text PRIMARY KEY,
  user_id text NOT NULL
);
CREATE INDEX idx_usernames_user_id ON usernames (user_id);

-- +migrate Down
DROP TABLE usernames;
CREATE TABLE usernames (
  name_key text PRIMARY KEY,
  user_id text NOT NULL
);
DROP TABLE users;
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
