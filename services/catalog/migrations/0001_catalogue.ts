import type { Kysely, Migration } from 'kysely';
import {
  createDecisionTables,
  createProjectionsTable,
} from '#shared/adapters/sqlite-read-model-store.js';

/** S-28, the approvals behind visibility `approved`, and the tables that every service has. */
export const catalogue: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await createProjectionsTable(db);
    await createDecisionTables(db);
    await db.schema
      .createTable('applications')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('name', 'text', (c) => c.notNull())
      .addColumn('description', 'text')
      .addColumn('url', 'text')
      .addColumn('icon', 'text')
      .addColumn('category', 'text')
      .addColumn('visibility', 'text', (c) => c.notNull().defaultTo('public'))
      .addColumn('launch_type', 'text', (c) => c.defaultTo('url'))
      .addColumn('container_image', 'text')
      .addColumn('version', 'integer', (c) => c.notNull())
      .execute();
    await db.schema
      .createTable('approvals')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('app_id', 'text', (c) => c.notNull())
      .addColumn('user_id', 'text', (c) => c.notNull())
      .execute();
    await db.schema
      .createIndex('idx_approvals_user_id')
      .on('approvals')
      .columns(['user_id', 'app_id'])
      .execute();
  },
};
