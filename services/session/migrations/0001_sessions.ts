import type { Kysely, Migration } from 'kysely';
import {
  createDecisionTables,
  createProjectionsTable,
} from '#shared/adapters/sqlite-read-model-store.js';

/** S-38 and S-39, and the tables that every service has. */
export const sessions: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await createProjectionsTable(db);
    await createDecisionTables(db);
    await db.schema
      .createTable('sessions')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('user_id', 'text', (c) => c.notNull())
      .addColumn('app_id', 'text', (c) => c.notNull())
      .addColumn('app_name', 'text', (c) => c.notNull())
      .addColumn('image', 'text', (c) => c.notNull())
      .addColumn('width', 'integer', (c) => c.notNull())
      .addColumn('height', 'integer', (c) => c.notNull())
      .addColumn('pod_name', 'text')
      .addColumn('pod_ip', 'text')
      .addColumn('endpoint', 'text')
      .addColumn('status', 'text', (c) => c.notNull())
      .addColumn('reason', 'text')
      .addColumn('created_at', 'timestamp', (c) => c.notNull())
      .addColumn('updated_at', 'timestamp', (c) => c.notNull())
      .addColumn('last_active_at', 'timestamp')
      .addColumn('expires_at', 'timestamp', (c) => c.notNull())
      .addColumn('runtime_state', 'text', (c) => c.notNull())
      .addColumn('end_attempts', 'integer', (c) => c.notNull())
      .addColumn('end_failed_at', 'timestamp')
      .addColumn('version', 'integer', (c) => c.notNull())
      .execute();
    // S-39, then one for the list of all, newest first, and one for what the supervisor still has to end.
    await createIndex(db, 'idx_sessions_user_id', ['user_id']);
    await createIndex(db, 'idx_sessions_status', ['status']);
    await createIndex(db, 'idx_sessions_created_at', ['created_at', 'id']);
    await createIndex(db, 'idx_sessions_runtime_state', ['runtime_state']);
  },
};

const createIndex = (db: Kysely<unknown>, name: string, columns: string[]): Promise<void> =>
  db.schema.createIndex(name).on('sessions').columns(columns).execute();
