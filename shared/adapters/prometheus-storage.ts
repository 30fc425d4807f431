import { Counter, Gauge, Histogram, type Registry, Summary } from 'prom-client';
import { BoundedLabel } from './bounded-label.js';
import { CHEAP_EVERY_MS, COSTLY_EVERY_MS, type Watch, type Watching } from './metric-sources.js';
import { Reading } from './reading.js';
import type { DatabaseFigures, StorageObserver, StorageOperation } from './storage-observer.js';

/** Seconds: from a row in memory to a query that somebody has to look at. */
const BUCKETS = [
  0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10,
];
const PERCENTILES = [0.5, 0.95, 0.99];
/** What a transaction's percentiles are of: the last ten minutes. */
const PERCENTILES_OF_SECONDS = 600;
const AGE_BUCKETS = 5;

/** Metrics of what this process does with its databases. */
export function storageMetrics(registers: Registry[]): StorageObserver {
  const histogram = <L extends string>(name: string, help: string, labelNames: L[]) =>
    new Histogram({ name, help, labelNames, buckets: BUCKETS, registers });
  const duration = histogram(
    'sortie_storage_operation_duration_seconds',
    'A statement, by what it does and the table that it names first',
    ['operation', 'table'],
  );
  const read = histogram('sortie_storage_read_duration_seconds', 'A statement that reads', []);
  const write = histogram('sortie_storage_write_duration_seconds', 'A statement that writes', []);
  const transaction = new Summary({
    name: 'sortie_storage_tx_duration_seconds',
    help: 'A transaction from its beginning to its end, with percentiles of the last ten minutes',
    percentiles: PERCENTILES,
    maxAgeSeconds: PERCENTILES_OF_SECONDS,
    ageBuckets: AGE_BUCKETS,
    registers,
  });
  const counter = (name: string, help: string) =>
    new Counter({ name, help, labelNames: ['type'], registers });
  const operations = counter('sortie_storage_operations_total', 'What was done, by kind');
  const errors = counter('sortie_storage_errors_total', 'What of it went wrong, by kind');
  for (const type of ['read', 'write', 'transaction']) {
    operations.inc({ type }, 0);
    errors.inc({ type }, 0);
  }
  const tables = new BoundedLabel();
  const onOperation = ({ service, operation, seconds, ok, ...said }: StorageOperation): void => {
    operations.inc({ type: operation });
    if (!ok) errors.inc({ type: operation });
    if (operation === 'transaction') return transaction.observe(seconds);
    const table = tables.of(`${service}.${said.table}`);
    duration.observe({ operation, table }, seconds);
    (operation === 'read' ? read : write).observe(seconds);
  };
  return { onOperation };
}

/** Metrics of how large the databases are, what is left of the disk, and how busy the connections. */
export function watchStorage(watching: Watching): Watch[] {
  const { databases, pool, diskFree } = watching.sources;
  return [
    ...(databases ? [watchDatabases(watching, databases)] : []),
    ...(pool ? [watchPool(watching.registers, pool)] : []),
    ...(diskFree ? [watchDisk(watching, diskFree)] : []),
  ];
}

function watchDatabases(
  { registers, onFailed }: Watching,
  read: () => Promise<readonly DatabaseFigures[]>,
): Watch {
  const gauge = (name: string, help: string, label: 'service' | 'table') =>
    new Gauge({ name, help, labelNames: [label], registers });
  const rows = gauge('sortie_storage_table_rows', 'Rows of a table, or an estimate', 'table');
  const bytes = gauge(
    'sortie_storage_table_size_bytes',
    'Size of a table and its indexes',
    'table',
  );
  const size = gauge('sortie_storage_db_size_bytes', 'Size of a service’s database', 'service');
  const open = gauge('sortie_storage_db_open', '1 when a service’s database answers', 'service');
  const reading = new Reading({
    read,
    everyMs: COSTLY_EVERY_MS,
    onFailed: () => onFailed('databases'),
  });
  return async () => {
    const found = await reading.get();
    // What nobody knows is left out: an old figure would look like a database that does not grow.
    for (const metric of [rows, bytes, size, open]) metric.reset();
    for (const database of found ?? []) {
      const { service } = database;
      open.set({ service }, Number(database.open));
      if (!database.open) continue;
      size.set({ service }, database.bytes);
      for (const one of database.tables) {
        const table = `${service}.${one.table}`;
        rows.set({ table }, one.rows);
        bytes.set({ table }, one.bytes);
      }
    }
  };
}

function watchPool(registers: Registry[], pool: NonNullable<Watching['sources']['pool']>): Watch {
  const gauge = (name: string, help: string) => new Gauge({ name, help, registers });
  const where = 'of the process’s pool; 0 where there is none (SQLite)';
  const active = gauge('sortie_storage_pool_connections_active', `Connections in use, ${where}`);
  const idle = gauge('sortie_storage_pool_connections_idle', `Connections free, ${where}`);
  const most = gauge('sortie_storage_pool_connections_max', `Connections at most, ${where}`);
  const waiting = gauge('sortie_storage_pool_waiting_requests', `Requests that wait, ${where}`);
  return async () => {
    const figures = pool();
    active.set(figures?.active ?? 0);
    idle.set(figures?.idle ?? 0);
    most.set(figures?.max ?? 0);
    waiting.set(figures?.waiting ?? 0);
  };
}

function watchDisk({ registers, onFailed }: Watching, read: () => Promise<number>): Watch {
  const free = new Gauge({
    name: 'sortie_storage_disk_free_bytes',
    help: 'What is left where this process keeps its files',
    registers,
  });
  const reading = new Reading({ read, everyMs: CHEAP_EVERY_MS, onFailed: () => onFailed('disk') });
  return async () => free.set((await reading.get()) ?? Number.NaN);
}
