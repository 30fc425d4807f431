import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SqliteEventLog } from '#shared/adapters/sqlite-event-log.js';
import { headOf, type TreeHead } from '#shared/contracts/tree-head.js';
import { openAudit, type Signing } from '#services/audit/module.js';
import { CAUGHT_UP_MS_MAX } from './catalog-host.js';
import { newCommit } from './commits.js';
import { openPlace } from './database-place.js';
import { tamperWithLog } from './tampered-log.js';
import { until } from './waits.js';

/** So soon after each other that nobody waits for a head; or so late that none comes by time. */
export const SOON = { commits: 1_000_000, ms: 20 };
export const NEVER = { commits: 1_000_000, ms: 86_400_000 };

export type Told = Readonly<{ level: string; message: string }>;

/** A log and an audit service that signs it, started again and again on the same files; in between the files can be changed. */
export async function openSignedTrail() {
  const place = await openPlace();
  const logPath = join(place.folder, 'sortie.db');
  const headsPath = join(place.folder, 'tree-heads.ndjson');
  const running = new Set<() => Promise<void>>();

  async function start(over: Partial<Signing> = {}) {
    const databases = place.databases();
    const log = SqliteEventLog.open(logPath);
    const told: Told[] = [];
    const host = { log, openDatabase: databases.openDatabase, now: () => new Date() };
    const close = async (): Promise<void> => {
      await databases.close();
      await log.close();
    };
    const opening = openAudit(host, {
      ...{
        key: undefined,
        trustedKeys: '',
        headsTo: [],
        s3: undefined,
        every: SOON,
        acceptHead: 0,
      },
      dataPath: place.folder,
      tell: (level, message) => void told.push({ level, message }),
      ...over,
    });
    const audit = await opening.catch(async (cause: unknown) => {
      await close();
      throw cause;
    });
    const { notary, service } = audit;
    const stop = async (): Promise<void> => {
      running.delete(stop);
      await service.stop();
      await close();
    };
    running.add(stop);
    await notary?.checked();
    const append = async (count: number): Promise<void> => {
      for (let i = 0; i < count; i += 1) await log.append(newCommit());
      await service.projector.reached(await log.head(), CAUGHT_UP_MS_MAX);
    };
    /** Resolves with the newest head once one is over so many commits. */
    const signed = (size: number): Promise<TreeHead> =>
      until(`a head over ${size}`, () => heads().find((head) => head.size === size));
    return {
      ...audit,
      notary: notary as NonNullable<typeof notary>,
      log,
      told,
      append,
      signed,
      stop,
    };
  }

  const heads = (path = headsPath): TreeHead[] =>
    readFileSync(path, { encoding: 'utf8', flag: 'a+' })
      .split('\n')
      .flatMap((line) => headOf(line) ?? []);
  const tamper = (sql: string): void => tamperWithLog(logPath, sql);
  const remove = async (): Promise<void> => {
    for (const stop of running) await stop();
    await place.remove();
  };
  return { place, logPath, headsPath, start, heads, tamper, remove };
}
