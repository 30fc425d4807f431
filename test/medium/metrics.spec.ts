// Goal: what a process does with its databases is in its metrics, whichever kind they are.
// Method: the real catalogue over the in-process bus, its read models in SQLite files and in a real PostgreSQL.
import 'reflect-metadata';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NestFactory } from '@nestjs/core';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { diskFree } from '#shared/adapters/disk-free.js';
import { MemoryEventLog } from '#shared/adapters/memory-event-log.js';
import { postgresDatabases } from '#shared/adapters/postgres-databases.js';
import type { Databases } from '#shared/adapters/service-database.js';
import { sqliteDatabases } from '#shared/adapters/sqlite-databases.js';
import { InProcessBus } from '#shared/boot/in-process-bus.js';
import { openTelemetry, type Telemetry } from '#shared/boot/telemetry.js';
import { FindApp, RegisterApp } from '#shared/contracts/catalog.js';
import { openCatalog } from '#services/catalog/module.js';
import { asked } from '#test/support/catalog-host.js';
import { sampled } from '#test/support/exposition.js';
import { type PostgresServer, startPostgres } from '#test/support/postgres-server.js';
import { postgresSettings } from '#test/support/postgres-settings.js';
import { until } from '#test/support/waits.js';

const POOL_MAX = 2;
let folder: string;
let postgres: PostgresServer;
const closers: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sortie-metrics-'));
  postgres = await startPostgres({ settings: { fsync: 'off' } });
});
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});
afterAll(async () => {
  await postgres.stop();
  await rm(folder, { recursive: true });
});

type Kind = (telemetry: Telemetry) => Promise<Databases>;
const sqlite: Kind = async ({ metrics }) =>
  sqliteDatabases({ folder: await mkdtemp(join(folder, 'one-')), observer: metrics.storage });
const inPostgres: Kind = async ({ metrics }) => {
  const settings = postgresSettings(await postgres.createDatabase());
  const pool = { ...settings.pool, min: 0, max: POOL_MAX, idleMs: 60_000 };
  return postgresDatabases({ ...settings, pool }, { observer: metrics.storage });
};

async function open(kind: Kind) {
  const telemetry = await openTelemetry({ env: {}, logLevel: 'silent', version: '0.0.0' });
  const databases = await kind(telemetry);
  closers.push(() => databases.close());
  const log = telemetry.observed(new MemoryEventLog());
  const { openDatabase } = databases;
  const { spans, metrics } = telemetry;
  const { service, module } = await openCatalog({
    log,
    openDatabase,
    now: () => new Date(),
    spans,
  });
  closers.push(() => service.stop());
  const bus = new InProcessBus(undefined, telemetry.bus);
  const app = await NestFactory.createMicroservice(module, { strategy: bus, logger: ['error'] });
  await app.listen();
  closers.push(() => app.close());
  metrics.watch({
    head: () => log.head(),
    projectors: [{ service: 'catalog', projector: service.projector }],
    ...{ databases: databases.figures, pool: databases.pool, diskFree: () => diskFree(folder) },
  });
  const text = async (): Promise<string> => (await metrics.expose()).text;
  return { bus, service, text };
}

describe.each<[string, Kind]>([
  ['SQLite', sqlite],
  ['PostgreSQL', inPostgres],
])('the metrics of %s', (_, kind) => {
  it('tell statements by table, transactions, sizes and how far the read models are', async () => {
    const { bus, text } = await open(kind);
    for (const id of ['one', 'two']) {
      const data = RegisterApp.data.parse({ id, name: id, url: 'https://x.example' });
      expect((await bus.request(RegisterApp, data, asked('admin'))).kind).toBe('done');
    }
    await bus.request(FindApp, { app_id: 'one' }, asked('user'));
    const seen = await text();
    const table = 'catalog.applications';
    for (const operation of ['read', 'write']) {
      const statement = 'sortie_storage_operation_duration_seconds_count';
      expect(sampled(seen, statement, { operation, table }), operation).toBeGreaterThan(0);
    }
    expect(sampled(seen, 'sortie_storage_read_duration_seconds_count')).toBeGreaterThan(0);
    expect(sampled(seen, 'sortie_storage_write_duration_seconds_count')).toBeGreaterThan(0);
    expect(sampled(seen, 'sortie_storage_tx_duration_seconds_count')).toBeGreaterThanOrEqual(2);
    expect(sampled(seen, 'sortie_storage_errors_total', { type: 'write' })).toBe(0);
    expect(sampled(seen, 'sortie_storage_db_open', { service: 'catalog' })).toBe(1);
    expect(sampled(seen, 'sortie_storage_db_size_bytes', { service: 'catalog' })).toBeGreaterThan(
      0,
    );
    expect(sampled(seen, 'sortie_storage_table_rows', { table })).toBeGreaterThanOrEqual(0);
    expect(sampled(seen, 'sortie_storage_table_size_bytes', { table })).toBeDefined();
    expect(sampled(seen, 'sortie_storage_disk_free_bytes')).toBeGreaterThan(0);
    expect(sampled(seen, 'sortie_log_head_sequence')).toBe(2);
    const projection = { projection: table };
    expect(sampled(seen, 'sortie_projection_checkpoint', projection)).toBe(2);
    expect(sampled(seen, 'sortie_projection_lag_commits', projection)).toBe(0);
    expect(sampled(seen, 'sortie_projection_leads', { service: 'catalog' })).toBe(1);
  });

  it('count a statement that the database refuses', async () => {
    const { service, text } = await open(kind);
    await expect(
      sql`SELECT * FROM ${sql.table('missing')}`.execute(service.reader),
    ).rejects.toThrow(/missing/);
    expect(sampled(await text(), 'sortie_storage_errors_total', { type: 'read' })).toBe(1);
  });
});

describe('the metrics of a pool of connections', () => {
  it('tell how many are in use, and how many requests wait for one', async () => {
    const { service, text } = await open(inPostgres);
    const finish: (() => void)[] = [];
    const held = Array.from({ length: POOL_MAX }, () =>
      service.database.primary.transaction().execute(async (trx) => {
        await sql`SELECT 1`.execute(trx);
        await new Promise<void>((resolve) => finish.push(resolve));
      }),
    );
    await until('all connections are in use', () => finish.length === POOL_MAX);
    const waiting = sql`SELECT 1`.execute(service.database.primary);
    const full = await until('one waits', async () => {
      const seen = await text();
      // The sizes of the tables are asked for over the same pool, and wait as well.
      return (sampled(seen, 'sortie_storage_pool_waiting_requests') ?? 0) >= 1 && seen;
    }).finally(() => {
      for (const end of finish) end();
    });
    expect(sampled(full, 'sortie_storage_pool_connections_active')).toBe(POOL_MAX);
    expect(sampled(full, 'sortie_storage_pool_connections_max')).toBe(POOL_MAX);
    await Promise.all([...held, waiting]);
    await until('nobody waits, and a connection is free', async () => {
      const seen = await text();
      const isFree = sampled(seen, 'sortie_storage_pool_waiting_requests') === 0;
      // The question about the tables' sizes may have the connections again.
      return isFree && (sampled(seen, 'sortie_storage_pool_connections_idle') ?? 0) > 0;
    });
  });
});
