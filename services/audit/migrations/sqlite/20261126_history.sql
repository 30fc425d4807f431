-- +migrate Up
-- The trail of the past ends at the last entry that the log had then.
CREATE INDEX idx_audit_sequence ON audit_log (sequence, id);

-- +migrate Down
DROP INDEX idx_audit_sequence;
