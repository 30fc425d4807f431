-- +migrate Up
-- Whom owners let into their sessions. Revoked shares have no row.
CREATE TABLE session_shares (
  id text PRIMARY KEY,
  session_id text NOT NULL,
  owner_id text NOT NULL,
  secret_hash text,
  mode text NOT NULL,
  guest_ids text NOT NULL,
  people_max integer NOT NULL,
  created_at timestamp NOT NULL,
  expires_at timestamp NOT NULL,
  version integer NOT NULL
);
CREATE INDEX idx_session_shares_session_id ON session_shares (session_id);
CREATE INDEX idx_session_shares_secret_hash ON session_shares (secret_hash);

-- The same by guest: who may be in which session, by which share.
CREATE TABLE share_guests (
  id text PRIMARY KEY,
  share_id text NOT NULL,
  session_id text NOT NULL,
  owner_id text NOT NULL,
  guest_id text NOT NULL,
  mode text NOT NULL,
  since timestamp NOT NULL,
  expires_at timestamp NOT NULL
);
CREATE INDEX idx_share_guests_session_id ON share_guests (session_id);
CREATE INDEX idx_share_guests_guest_id ON share_guests (guest_id);

-- Viewers that are open now.
CREATE TABLE session_viewers (
  id text PRIMARY KEY,
  session_id text NOT NULL,
  user_id text NOT NULL,
  mode text NOT NULL,
  share_id text,
  gateway_id text NOT NULL,
  join_order integer NOT NULL,
  since timestamp NOT NULL
);
CREATE INDEX idx_session_viewers_session_id ON session_viewers (session_id);
CREATE INDEX idx_session_viewers_gateway_id ON session_viewers (gateway_id);

-- +migrate Down
DROP TABLE session_viewers;
DROP TABLE share_guests;
DROP TABLE session_shares;
