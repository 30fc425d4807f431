-- +migrate Up
CREATE TABLE api_tokens (
  id text COLLATE "C" PRIMARY KEY,
  user_id text COLLATE "C" NOT NULL,
  name text NOT NULL,
  scopes text NOT NULL,
  role text NOT NULL,
  token_hash text COLLATE "C" NOT NULL,
  issued_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  last_used_at timestamptz
);
CREATE INDEX idx_api_tokens_user_id ON api_tokens (user_id);
CREATE INDEX idx_api_tokens_token_hash ON api_tokens (token_hash);

-- Where a sign-in began, when it was seen last, and its place in the log. The rows are made again from the log.
ALTER TABLE sign_ins ADD COLUMN last_seen_at timestamptz;
ALTER TABLE sign_ins ADD COLUMN ip text;
ALTER TABLE sign_ins ADD COLUMN user_agent text;
ALTER TABLE sign_ins ADD COLUMN sequence bigint;

CREATE TABLE sign_outs (
  user_id text COLLATE "C" PRIMARY KEY,
  sequence bigint NOT NULL
);

CREATE TABLE second_factors (
  user_id text COLLATE "C" PRIMARY KEY,
  factor_id text NOT NULL,
  sealed_secret text NOT NULL,
  confirmed_at timestamptz,
  recovery_codes_left integer NOT NULL
);

CREATE TABLE external_identities (
  id text COLLATE "C" PRIMARY KEY,
  user_id text COLLATE "C" NOT NULL,
  issuer text NOT NULL
);

CREATE TABLE device_sign_ins (
  id text COLLATE "C" PRIMARY KEY,
  user_code_hash text COLLATE "C" NOT NULL,
  sealed_name text NOT NULL,
  scopes text NOT NULL,
  days integer NOT NULL,
  started_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  ip text,
  user_agent text
);
CREATE INDEX idx_device_sign_ins_user_code_hash ON device_sign_ins (user_code_hash);
CREATE INDEX idx_device_sign_ins_expires_at ON device_sign_ins (expires_at);

-- +migrate Down
DROP TABLE device_sign_ins;
DROP TABLE external_identities;
DROP TABLE second_factors;
DROP TABLE sign_outs;
ALTER TABLE sign_ins DROP COLUMN sequence;
ALTER TABLE sign_ins DROP COLUMN user_agent;
ALTER TABLE sign_ins DROP COLUMN ip;
ALTER TABLE sign_ins DROP COLUMN last_seen_at;
DROP TABLE api_tokens;
