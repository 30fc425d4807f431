import type { Kysely, Migration } from 'kysely';
import {
  createDecisionTables,
  createProjectionsTable,
} from '#shared/adapters/sqlite-read-model-store.js';

/** S-56 with the columns of P-18, S-58, and the launches counted by day. */
export const auditTrail: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await createProjectionsTable(db);
    await createDecisionTables(db);
    await db.schema
      .createTable('audit_log')
      .addColumn('id', 'integer', (c) => c.primaryKey().autoIncrement())
      .addColumn('timestamp', 'timestamp', (c) => c.notNull())
      .addColumn('user', 'text', (c) => c.notNull())
      .addColumn('action', 'text', (c) => c.notNull())
      .addColumn('details', 'text')
      .addColumn('resource_type', 'text')
      .addColumn('resource_id', 'text')
      .addColumn('ip_address', 'text')
      .addColumn('user_agent', 'text')
      .addColumn('outcome', 'text', (c) => c.notNull())
      .addColumn('sequence', 'integer', (c) => c.notNull())
      .execute();
    // Each ends with the row's id by itself, so the newest rows of one user are found without sorting them.
    for (const columns of AUDIT_INDEXES) {
      await index(db, 'audit_log', `idx_audit_${columns.join('_')}`, columns);
    }
    await db.schema
      .createTable('analytics')
      .addColumn('id', 'integer', (c) => c.primaryKey().autoIncrement())
      .addColumn('app_id', 'text', (c) => c.notNull())
      .addColumn('timestamp', 'timestamp', (c) => c.notNull())
      .execute();
    await index(db, 'analytics', 'idx_analytics_app_id', ['app_id']);
    await index(db, 'analytics', 'idx_analytics_timestamp', ['timestamp']);
    await db.schema
      .createTable('launch_days')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('day', 'text', (c) => c.notNull())
      .addColumn('app_id', 'text', (c) => c.notNull())
      .addColumn('launches', 'integer', (c) => c.notNull())
      .addColumn('last_launched_at', 'timestamp', (c) => c.notNull())
      .execute();
  },
};

const AUDIT_INDEXES = [
  ['timestamp'],
  ['user'],
  ['action'],
  ['resource_id'],
  ['resource_type'],
  ['outcome'],
] as const;

async function index(
  db: Kysely<unknown>,
  table: string,
  name: string,
  columns: readonly string[],
): Promise<void> {
  await db.schema
    .createIndex(name)
    .on(table)
    .columns([...columns])
    .execute();
}
