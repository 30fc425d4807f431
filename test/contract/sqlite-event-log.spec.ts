import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { Database } from '#shared/adapters/sqlite-library.js';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SqliteEventLog } from '#shared/adapters/sqlite-event-log.js';
import { BATCH_COMMITS_MAX, COMMIT_BYTES_MAX, LogUnavailableError } from '#shared/es/event-log.js';
import { fill, newCommit, readAll } from '#test/support/commits.js';
import { openLogFile } from '#test/support/log-file.js';
import { asNobody } from '#test/support/nobody.js';
import { durableLogContract, eventLogContract } from './event-log.contract.js';

/** The connections that were opened, for a test that has to make one of them fail. */
const connections = vi.hoisted(() => [] as { pragma: (source: string) => unknown }[]);
vi.mock('#shared/adapters/sqlite-library.js', async (original) => {
  const { Database: Real } = await original<{ Database: typeof Database }>();
  const Watched = function (...args: ConstructorParameters<typeof Real>) {
    const db = new Real(...args);
    connections.push(db);
    return db;
  };
  return { Database: Object.assign(Watched, Real) };
});

eventLogContract('the log in SQLite', openLogFile);
durableLogContract('the log in SQLite', openLogFile);

describe('the file of the log in SQLite', () => {
  let opened: Awaited<ReturnType<typeof openLogFile>>;
  beforeEach(async () => {
    opened = await openLogFile();
  });
  afterEach(() => opened.cleanup());

  it.each(["UPDATE commits SET events = '[]'", 'DELETE FROM commits'])(
    'refuses "%s"',
    async (change) => {
      const before = await fill(opened.log, 3);
      await opened.log.close();
      const direct = new Database(opened.path);
      expect(() => direct.exec(change)).toThrow('append-only');
      direct.close();
      const commits = await readAll(await opened.reopen());
      expect(commits.map(({ commandId }) => commandId)).toEqual(before);
    },
  );

  it('can be open once only, and the other is told what to do', async () => {
    await fill(opened.log, 1);
    expect(() => SqliteEventLog.open(opened.path)).toThrow(
      `The event log ${opened.path} can't be opened: another process holds it: stop that one, or choose another data folder.`,
    );
    expect(await opened.log.append(newCommit())).toEqual({ kind: 'appended', sequence: 2 });
  });

  it('is let go when it could not be opened', async () => {
    await opened.log.close();
    const holder = new Database(opened.path);
    holder.exec('BEGIN IMMEDIATE');
    expect(() => SqliteEventLog.open(opened.path)).toThrow(LogUnavailableError);
    holder.close();
    expect(await (await opened.reopen()).head()).toBe(0);
  });

  it('says that its folder is missing', () => {
    const path = join(opened.folder, 'missing', 'sortie.db');
    expect(() => SqliteEventLog.open(path)).toThrow(/check path and permissions|does not exist/);
  });

  it('says that it is no database', async () => {
    const path = join(opened.folder, 'text.db');
    await import('node:fs/promises').then((fs) => fs.writeFile(path, 'x'.repeat(5_000)));
    expect(() => SqliteEventLog.open(path)).toThrow('no SQLite database: restore it');
  });

  it('says that it is read-only', async () => {
    await opened.log.close();
    await chmod(opened.folder, 0o755);
    await chmod(opened.path, 0o444);
    asNobody(() =>
      expect(() => SqliteEventLog.open(opened.path)).toThrow(
        'the file is read-only or on a network share: give its owner write permission',
      ),
    );
  });

  it('says that its folder is read-only', async () => {
    await opened.log.close();
    await chmod(opened.folder, 0o555);
    const path = join(opened.folder, 'new.db');
    asNobody(() => expect(() => SqliteEventLog.open(path)).toThrow('check path and permissions.'));
    await chmod(opened.folder, 0o755);
  });

  it('takes nothing of a group that the disk has no room for, and works again after', async () => {
    await fill(opened.log, 10);
    const connection = connections.at(-1);
    connection?.pragma('max_page_count = 30');
    const group = Array.from({ length: 50 }, () => newCommit({ data: 'x'.repeat(10_000) }));
    const results = await Promise.allSettled(group.map((commit) => opened.log.append(commit)));
    for (const result of results) {
      expect(String((result as PromiseRejectedResult).reason)).toBe(
        'LogUnavailableError: The event log could not be written: the disk is full: free some space.',
      );
    }
    expect(await opened.log.head()).toBe(10);
    expect(await readAll(opened.log)).toHaveLength(10);
    connection?.pragma('max_page_count = 1000000');
    const again = await Promise.all(group.map((commit) => opened.log.append(commit)));
    expect(again.map((r) => r.kind === 'appended' && r.sequence)).toEqual(
      group.map((_, i) => 11 + i),
    );
    expect(await readAll(await opened.reopen())).toHaveLength(60);
  });

  it('is read in batches that fit in memory', async () => {
    const large = () => newCommit({ data: 'x'.repeat(COMMIT_BYTES_MAX - 1_000) });
    for (let i = 0; i < 100; i += 1) await opened.log.append(large());
    const log = await opened.reopen();
    const { commits } = await log.read({ after: 0, limit: BATCH_COMMITS_MAX });
    expect(commits.length).toBeGreaterThan(10);
    expect(commits.length).toBeLessThan(50);
    expect(await readAll(log)).toHaveLength(100);
  });

  it('answers that it is busy instead of queueing without end', async () => {
    const results = await Promise.allSettled(
      Array.from({ length: 5_000 }, () => opened.log.append(newCommit())),
    );
    const refused = results.filter(({ status }) => status === 'rejected');
    expect(refused).toHaveLength(5_000 - 4_096);
    expect(String((refused[0] as PromiseRejectedResult).reason)).toContain('busy; try again');
    expect(await opened.log.head()).toBe(4_096);
  });
});
