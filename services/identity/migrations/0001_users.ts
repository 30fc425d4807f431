import type { Kysely, Migration } from 'kysely';
import {
  createDecisionTables,
  createProjectionsTable,
} from '#shared/adapters/sqlite-read-model-store.js';

/** Users, their names, passwords and sign-ins, and the tables that every service has. */
export const users: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await createProjectionsTable(db);
    await createDecisionTables(db);
    await createUserTables(db);
    await createSignInTable(db);
  },
};

async function createUserTables(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('users')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('name_key', 'text', (c) => c.notNull())
    .addColumn('role', 'text', (c) => c.notNull())
    .addColumn('status', 'text', (c) => c.notNull())
    .addColumn('created_at', 'text', (c) => c.notNull())
    .addColumn('version', 'integer', (c) => c.notNull())
    .execute();
  await db.schema.createIndex('idx_users_name_key').on('users').column('name_key').execute();
  await db.schema
    .createTable('usernames')
    .addColumn('name_key', 'text', (c) => c.primaryKey())
    .addColumn('user_id', 'text', (c) => c.notNull())
    .execute();
  await db.schema
    .createTable('passwords')
    .addColumn('user_id', 'text', (c) => c.primaryKey())
    .addColumn('credential_id', 'text', (c) => c.notNull())
    .addColumn('sealed_hash', 'text', (c) => c.notNull())
    .addColumn('must_change', 'integer', (c) => c.notNull())
    .addColumn('kept_sign_in_id', 'text')
    .execute();
}

async function createSignInTable(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('sign_ins')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('user_id', 'text', (c) => c.notNull())
    .addColumn('credential_id', 'text', (c) => c.notNull())
    .addColumn('token_hash', 'text', (c) => c.notNull())
    .addColumn('issued_at', 'text', (c) => c.notNull())
    .addColumn('previous_token_hash', 'text')
    .addColumn('previous_valid_until', 'text')
    .addColumn('created_at', 'text', (c) => c.notNull())
    .addColumn('expires_at', 'text', (c) => c.notNull())
    .execute();
  for (const column of ['user_id', 'token_hash', 'previous_token_hash']) {
    const name = `idx_sign_ins_${column}`;
    await db.schema.createIndex(name).on('sign_ins').column(column).execute();
  }
}
