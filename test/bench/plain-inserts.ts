import { Database } from '#shared/adapters/sqlite-library.js';
import type { NewCommit } from '#shared/es/commit.js';

export type InsertFile = Readonly<{ insert: (commit: NewCommit) => void; close: () => void }>;

/** What somebody writes by hand to keep the same rows as durably: one insert, one transaction, one fsync. */
export function openInsertFile(path: string): InsertFile {
  const db = new Database(path);
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.exec(
    'CREATE TABLE commits (sequence INTEGER PRIMARY KEY, stream TEXT NOT NULL, command_id TEXT NOT NULL UNIQUE, events TEXT NOT NULL) STRICT; CREATE INDEX commits_stream ON commits (stream, sequence)',
  );
  const statement = db.prepare('INSERT INTO commits (stream, command_id, events) VALUES (?, ?, ?)');
  return {
    insert: ({ stream, commandId, events }) => {
      statement.run(stream, commandId, JSON.stringify(events));
    },
    close: () => db.close(),
  };
}
