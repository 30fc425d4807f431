-- +migrate Up
-- What an entry can be found by: words, folded, with blanks between them. Rows get theirs when the table is built again.
ALTER TABLE audit_log ADD COLUMN search text COLLATE "C" NOT NULL DEFAULT '';

-- P-19 calls the one who did it the actor.
ALTER INDEX idx_audit_user RENAME TO idx_audit_actor;
CREATE INDEX idx_audit_actor_timestamp ON audit_log ("user", "timestamp", id);

-- The words are folded already: they are lexemes as they stand, past every dictionary and parser.
CREATE INDEX idx_audit_search ON audit_log USING gin (array_to_tsvector(string_to_array(search, ' ')));

-- +migrate Down
DROP INDEX idx_audit_search;
DROP INDEX idx_audit_actor_timestamp;
ALTER INDEX idx_audit_actor RENAME TO idx_audit_user;
ALTER TABLE audit_log DROP COLUMN search;
