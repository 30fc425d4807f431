-- +migrate Up
-- Whom owners let into their sessions. Revoked shares have no row.
CREATE TABLE session_shares (
  id text COLLATE "C" PRIMARY KEY,
  session_id text COLLATE "C" NOT NULL,
  owner_id text COLLATE "C" NOT NULL,
  secret_hash text COLLATE "C",
  mode text COLLATE "C" NOT NULL,
  guest_ids text NOT NULL,
  people_max integer NOT NULL,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  version bigint NOT NULL
);
CREATE INDEX idx_session_shares_session_id ON session_shares (session_id);
CREATE INDEX idx_session_shares_secret_hash ON session_shares (secret_hash);

-- The same by guest: who may be in which session, by which share.
CREATE TABLE share_guests (
  id text COLLATE "C" PRIMARY KEY,
  share_id text COLLATE "C" NOT NULL,
  session_id text COLLATE "C" NOT NULL,
  owner_id text COLLATE "C" NOT NULL,
  guest_id text COLLATE "C" NOT NULL,
  mode text COLLATE "C" NOT NULL,
  since timestamptz NOT NULL,
  expires_at timestamptz NOT NULL
);
CREATE INDEX idx_share_guests_session_id ON share_guests (session_id);
CREATE INDEX idx_share_guests_guest_id ON share_guests (guest_id);

-- Viewers that are open now.
CREATE TABLE session_viewers (
  id text COLLATE "C" PRIMARY KEY,
  session_id text COLLATE "C" NOT NULL,
  user_id text COLLATE "C" NOT NULL,
  mode text COLLATE "C" NOT NULL,
  share_id text COLLATE "C",
  gateway_id text COLLATE "C" NOT NULL,
  join_order bigint NOT NULL,
  since timestamptz NOT NULL
);
CREATE INDEX idx_session_viewers_session_id ON session_viewers (session_id);
CREATE INDEX idx_session_viewers_gateway_id ON session_viewers (gateway_id);

-- +migrate Down
DROP TABLE session_viewers;
DROP TABLE share_guests;
DROP TABLE session_shares;
