import { join } from 'node:path';
import { SqliteEventLog } from '#shared/adapters/sqlite-event-log.js';
import type { EventLog } from '#shared/es/event-log.js';
import { Projector } from '#shared/es/projector.js';
import type { ReadModel, Row } from '#shared/es/read-model.js';
import type { ReadModelStore } from '#shared/es/read-model-store.js';
import { newCommit } from './commits.js';
import { openPlace } from './database-place.js';
import { type Counted, entries, modelMigrations, totals } from './models.js';

type Over = {
  models?: readonly ReadModel[];
  follows?: readonly string[];
  store?: (store: ReadModelStore) => ReadModelStore;
  onStopped?: (name: string, error: string) => void;
  onProjected?: ConstructorParameters<typeof Projector>[0]['onProjected'];
  log?: EventLog;
};

export type ProjectorHost = Awaited<ReturnType<typeof openProjectorHost>>;

/** A SQLite log and a database of read models; projectors are started on them one after another. */
export async function openProjectorHost() {
  const place = await openPlace();
  const log = SqliteEventLog.open(join(place.folder, 'sortie.db'));
  const running = new Set<() => Promise<void>>();

  async function start(over: Over = {}) {
    const databases = place.databases();
    const database = await databases.openDatabase<Record<string, Row>>('test', modelMigrations);
    const real = database.store;
    const store = over.store?.(real) ?? real;
    const { models = [totals, entries], follows, onStopped, onProjected } = over;
    const projector = new Projector({
      service: 'test',
      log: over.log ?? log,
      store,
      models,
      ...(follows && { follows }),
      ...(onStopped && { onStopped }),
      ...(onProjected && { onProjected }),
    });
    const stop = async (): Promise<void> => {
      running.delete(stop);
      await projector.stop();
      await databases.close();
    };
    running.add(stop);
    await projector.start();
    const rows = (table: string) =>
      database.primary.selectFrom(table).selectAll().orderBy('id').execute();
    const hashes = async () => {
      const named = models.map(({ table }) => projector.stateHash(`test.${table}`));
      return (await Promise.all(named)).map((found) => found?.hash);
    };
    return { projector, database, store: real, rows, hashes, stop };
  }

  /** Appends one event a datum, all in one commit. */
  const tell = (...data: Counted['data'][]) => {
    const { events, ...commit } = newCommit({ count: data.length });
    return log.append({ ...commit, events: events.map((e, i) => ({ ...e, data: data[i] })) });
  };
  const cleanup = async (): Promise<void> => {
    for (const stop of running) await stop();
    await log.close();
    await place.remove();
  };
  /** Runs SQL on the tables, past every projector. */
  const sql = <R = Row>(text: string) => place.sql<R>('test', text);
  return { place, log, start, tell, sql, cleanup };
}
