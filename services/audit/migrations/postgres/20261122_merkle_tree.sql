-- +migrate Up
-- The Merkle tree over the log: one row of what is not complete yet, and one for each sixteen hashes that are.
CREATE TABLE audit_tree (
  id text COLLATE "C" PRIMARY KEY,
  size bigint NOT NULL,
  hashes text NOT NULL
);

-- The signed tree heads. They can't be made from the log again: what is lost here comes back from the copies.
CREATE TABLE tree_heads (
  number bigint PRIMARY KEY,
  size bigint NOT NULL,
  head text NOT NULL
);

-- +migrate Down
DROP TABLE tree_heads;
DROP TABLE audit_tree;
