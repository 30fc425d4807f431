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

-- S-38 and S-39, with what the supervisor needs to know of the runtimes.
CREATE TABLE sessions (
  id text COLLATE "C" PRIMARY KEY,
  user_id text COLLATE "C" NOT NULL,
  app_id text COLLATE "C" NOT NULL,
  app_name text NOT NULL,
  image text NOT NULL,
  width integer NOT NULL,
  height integer NOT NULL,
  pod_name text,
  pod_ip text,
  endpoint text,
  status text COLLATE "C" NOT NULL,
  reason text,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  last_active_at timestamptz,
  expires_at timestamptz NOT NULL,
  runtime_state text COLLATE "C" NOT NULL,
  end_attempts integer NOT NULL,
  end_failed_at timestamptz,
  version bigint NOT NULL
);
CREATE INDEX idx_sessions_user_id ON sessions (user_id);
CREATE INDEX idx_sessions_status ON sessions (status);
-- For the list of all, newest first, and for what the supervisor still has to end.
CREATE INDEX idx_sessions_created_at ON sessions (created_at, id);
CREATE INDEX idx_sessions_runtime_state ON sessions (runtime_state);

-- +migrate Down
DROP TABLE sessions;
DROP TABLE commands;
DROP TABLE aggregates;
DROP TABLE projections;
