import { Database } from '#shared/adapters/sqlite-library.js';

/** Runs SQL on a log's file as whoever owns the machine can, past what Sortie has put there against it. */
export function tamperWithLog(path: string, sql: string): void {
  const db = new Database(path);
  db.exec('DROP TRIGGER IF EXISTS commits_stay_as_they_are; DROP TRIGGER IF EXISTS commits_stay;');
  db.exec(sql);
  db.close();
}
