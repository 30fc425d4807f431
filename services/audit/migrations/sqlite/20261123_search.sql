-- +migrate Up
-- What an entry can be found by: words, folded, with blanks between them. Rows get theirs when the table is built again.
ALTER TABLE audit_log ADD COLUMN search text NOT NULL DEFAULT '';

-- P-19 calls the one who did it the actor. A row's id is the end of every index by itself.
DROP INDEX idx_audit_user;
CREATE INDEX idx_audit_actor ON audit_log (user);
CREATE INDEX idx_audit_actor_timestamp ON audit_log (user, timestamp);

-- The words are folded already: this tokenizer only takes them apart, whatever letters they have.
CREATE VIRTUAL TABLE audit_search USING fts5(search, content='audit_log', content_rowid='id', tokenize='ascii', detail=none);
CREATE TRIGGER audit_search_put AFTER INSERT ON audit_log BEGIN
  INSERT INTO audit_search (rowid, search) VALUES (new.id, new.search);
END;
CREATE TRIGGER audit_search_remove AFTER DELETE ON audit_log BEGIN
  INSERT INTO audit_search (audit_search, rowid, search) VALUES ('delete', old.id, old.search);
END;

-- +migrate Down
DROP TRIGGER audit_search_put;
DROP TRIGGER audit_search_remove;
DROP TABLE audit_search;
DROP INDEX idx_audit_actor_timestamp;
DROP INDEX idx_audit_actor;
CREATE INDEX idx_audit_user ON audit_log (user);
ALTER TABLE audit_log DROP COLUMN search;
