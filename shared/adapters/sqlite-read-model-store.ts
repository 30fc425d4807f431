import { createHash } from 'node:crypto';
import type Database from 'better-sqlite3';
import { type Kysely, sql } from 'kysely';
import type { Sequence } from '#shared/es/commit.js';
import type { ReadModel, Row } from '#shared/es/read-model.js';
import type { Checkpoint, ReadModelStore, RowChanges } from '#shared/es/read-model-store.js';
import type { SqliteDatabase } from './sqlite-database.js';

/** SQLite takes 32 766 parameters in a statement. */
const PARAMETERS_MAX = 16_000;

/** Tables whose names and columns are only known at run time. */
type AnyTables = Record<string, Row>;
type ProjectionRow = {
  table_name: string;
  version: number;
  sequence: number;
  status: 'live' | 'stopped';
  error: string | null;
};
type Db = Kysely<AnyTables & { projections: ProjectionRow }>;

/** Adds the table that holds the checkpoints; every service's first migration calls it. */
export async function createProjectionsTable(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('projections')
    .addColumn('table_name', 'text', (c) => c.primaryKey())
    .addColumn('version', 'integer', (c) => c.notNull())
    .addColumn('sequence', 'integer', (c) => c.notNull())
    .addColumn('status', 'text', (c) => c.notNull())
    .addColumn('error', 'text')
    .execute();
}

/** Adds the tables that every service decides on: `aggregates` and `commands`. */
export async function createDecisionTables(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('aggregates')
    .addColumn('stream', 'text', (c) => c.primaryKey())
    .addColumn('version', 'integer', (c) => c.notNull())
    .addColumn('state', 'text', (c) => c.notNull())
    .execute();
  await db.schema
    .createTable('commands')
    .addColumn('command_id', 'text', (c) => c.primaryKey())
    .addColumn('sequence', 'integer', (c) => c.notNull())
    .execute();
}

/** Read models in a SQLite file, through Kysely. */
export class SqliteReadModelStore implements ReadModelStore {
  readonly #db: Db;
  readonly #raw: Database.Database;
  readonly #close: () => Promise<void>;

  constructor(database: SqliteDatabase<never>) {
    this.#db = database.writer as unknown as Db;
    this.#raw = database.raw;
    this.#close = database.close;
  }

  async checkpoints(): Promise<readonly Checkpoint[]> {
    const rows = await this.#db.selectFrom('projections').selectAll().execute();
    return rows.map(({ table_name, ...rest }) => ({ table: table_name, ...rest }) as Checkpoint);
  }

  async rows(model: ReadModel, table: string, keys: readonly string[]): Promise<readonly Row[]> {
    const found: Row[] = [];
    for (const part of chunks(keys, PARAMETERS_MAX)) {
      const query = this.#db.selectFrom(table).selectAll().where(model.key, 'in', part);
      found.push(...((await query.execute()) as Row[]));
    }
    return found;
  }

  async apply(changes: readonly RowChanges[]): Promise<void> {
    await this.#db.transaction().execute(async (tx) => {
      for (const change of changes) {
        await deleteRows(tx, change);
        await putRows(tx, change);
        // A shadow's progress is nobody's checkpoint until it is switched to.
        if (change.table === change.model.table) {
          await saveCheckpoint(tx, change.model, { sequence: change.checkpoint });
        }
      }
    });
  }

  async stop(model: ReadModel, error: string): Promise<void> {
    await saveCheckpoint(this.#db, model, { status: 'stopped', error });
  }

  async createShadow(model: ReadModel): Promise<string> {
    const shadow = shadowOf(model);
    await this.dropShadow(model);
    // The indexes are made at the switch: filling a table without them is faster.
    const create = this.#ddl(model, 'table')[0] ?? '';
    await sql.raw(create.replace(`"${model.table}"`, `"${shadow}"`)).execute(this.#db);
    return shadow;
  }

  async switchTo(model: ReadModel, shadow: string, sequence: Sequence): Promise<void> {
    const indexes = this.#ddl(model, 'index');
    await this.#db.transaction().execute(async (tx) => {
      await tx.schema.dropTable(model.table).execute();
      await tx.schema.alterTable(shadow).renameTo(model.table).execute();
      for (const index of indexes) await sql.raw(index).execute(tx);
      await saveCheckpoint(tx, model, { sequence, version: model.version });
    });
  }

  async dropShadow(model: ReadModel): Promise<void> {
    await this.#db.schema.dropTable(shadowOf(model)).ifExists().execute();
  }

  async stateHash(model: ReadModel, table: string): Promise<string> {
    const hash = createHash('sha256');
    const rows = this.#raw.prepare(`SELECT * FROM "${table}" ORDER BY "${model.key}"`).iterate();
    for (const row of rows) hash.update(`${JSON.stringify(row)}\n`);
    return hash.digest('hex');
  }

  close(): Promise<void> {
    return this.#close();
  }

  #ddl(model: ReadModel, type: 'table' | 'index'): string[] {
    const query = 'SELECT sql FROM sqlite_master WHERE tbl_name = ? AND type = ? AND sql NOT NULL';
    return this.#raw.prepare<[string, string]>(query).pluck().all(model.table, type) as string[];
  }
}

const shadowOf = (model: ReadModel): string => `${model.table}__rebuild`;

async function deleteRows(db: Db, { model, table, deletes }: RowChanges): Promise<void> {
  for (const part of chunks(deletes, PARAMETERS_MAX)) {
    await db.deleteFrom(table).where(model.key, 'in', part).execute();
  }
}

async function putRows(db: Db, { model, table, puts }: RowChanges): Promise<void> {
  const columns = Object.keys(puts[0] ?? {});
  for (const part of chunks(puts, Math.floor(PARAMETERS_MAX / Math.max(columns.length, 1)))) {
    const insert = db.insertInto(table).values([...part]);
    const others = columns.filter((column) => column !== model.key);
    const put =
      model.kind === 'journal'
        ? insert
        : insert.onConflict((oc) =>
            oc
              .column(model.key)
              .doUpdateSet((eb) =>
                Object.fromEntries(others.map((column) => [column, eb.ref(`excluded.${column}`)])),
              ),
          );
    await put.execute();
  }
}

async function saveCheckpoint(
  db: Db,
  model: ReadModel,
  change: Partial<ProjectionRow>,
): Promise<void> {
  const values = { sequence: 0, version: model.version, status: 'live' as const, error: null };
  const live = change.status === 'stopped' ? change : { ...values, ...change };
  await db
    .insertInto('projections')
    .values({ table_name: model.table, ...values, ...change })
    .onConflict((oc) => oc.column('table_name').doUpdateSet(live))
    .execute();
}

function* chunks<T>(items: readonly T[], size: number): Generator<readonly T[]> {
  for (let i = 0; i < items.length; i += size) yield items.slice(i, i + size);
}
