import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SqliteEventLog } from '#shared/adapters/sqlite-event-log.js';

/** A SQLite log in a folder of its own. */
export async function openLogFile() {
  const folder = await mkdtemp(join(tmpdir(), 'sortie-log-'));
  const path = join(folder, 'sortie.db');
  let log = SqliteEventLog.open(path);
  const reopen = async (): Promise<SqliteEventLog> => {
    await log.close();
    return (log = SqliteEventLog.open(path));
  };
  const cleanup = async (): Promise<void> => {
    await log.close();
    await rm(folder, { recursive: true });
  };
  return { log, folder, path, reopen, cleanup };
}
