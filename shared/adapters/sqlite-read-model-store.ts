import { createHash } from 'node:crypto';
import type { SqliteConnection, SqliteStatement } from './sqlite-library.js';
import { type Compilable, type Kysely, sql } from 'kysely';
import type { Sequence } from '#shared/es/commit.js';
import { soleHolder } from '#shared/es/lease.js';
import type { ReadModel, Row } from '#shared/es/read-model.js';
import type { Checkpoint, ReadModelStore, RowChanges } from '#shared/es/read-model-store.js';
import { leavingRows } from './leaving-rows.js';
import { type Observing, observed, observedNow } from './observed.js';
import type { SqliteDatabase } from './sqlite-database.js';
import { sqliteError } from './sqlite-errors.js';
import { type SqliteWork, transactionInThread } from './sqlite-thread-transaction.js';

/** Pages in the write-ahead log before they are copied into the file (32 MB): a replay changes the same pages again and again. */
const CHECKPOINT_PAGES = 8_000;
/** Rows of one statement of a state hash; between two of them other work runs. */
const HASH_ROWS_MAX = 1_000;

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

type TableStatements = Readonly<{
  columns: readonly string[];
  find: SqliteStatement<unknown[], Row>;
  put: SqliteStatement;
  remove: SqliteStatement;
}>;

/**
 * Read models in a SQLite file. Kysely writes the SQL; each statement is compiled once and then run on the connection
 * row by row, which replays several times as many events a second as compiling a statement of many rows for each batch.
 * A transaction runs without a pause, so nothing else on the connection can come between.
 */
export class SqliteReadModelStore implements ReadModelStore {
  readonly #db: Db;
  readonly #raw: SqliteConnection;
  readonly #close: () => Promise<void>;
  readonly #observing: Observing;
  readonly leadership = soleHolder;
  #tables = new Map<string, TableStatements>();
  #turn: Promise<unknown> = Promise.resolve();

  constructor(database: SqliteDatabase<never>, observing: Observing = { service: '' }) {
    this.#observing = observing;
    this.#db = database.writer as unknown as Db;
    this.#raw = database.raw;
    this.#raw.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
    this.#close = database.close;
  }

  async checkpoints(): Promise<readonly Checkpoint[]> {
    const all = this.#db.selectFrom('projections').selectAll();
    const rows = this.#reading('projections', () => this.#prepare(all).all());
    return (rows as ProjectionRow[]).map(({ table_name: table, ...rest }) => ({ table, ...rest }));
  }

  async logId(): Promise<string | undefined> {
    const row = attempt(() =>
      this.#raw.prepare<[], { id: string }>('SELECT id FROM source_log').get(),
    );
    return row?.id;
  }

  async saveLogId(id: string): Promise<void> {
    await this.#inTransaction(() => {
      this.#raw.prepare('DELETE FROM source_log').run();
      this.#raw.prepare('INSERT INTO source_log VALUES (?)').run(id);
    });
  }

  async rows(model: ReadModel, table: string, keys: readonly string[]): Promise<readonly Row[]> {
    const { find } = this.#statements(model, table);
    return this.#reading(table, () => find.all(JSON.stringify(keys)));
  }

  async apply(changes: readonly RowChanges[]): Promise<void> {
    await this.#inTransaction(() => {
      for (const change of changes) {
        const { model, table, checkpoint } = change;
        const what = { operation: 'write', table } as const;
        observedNow(this.#observing, what, () => this.#write(change));
        // A shadow's progress is nobody's checkpoint until it is switched to.
        if (table === model.table) this.#saveCheckpoint(model, { sequence: checkpoint });
      }
    });
  }

  async stop(model: ReadModel, error: string): Promise<void> {
    await this.#inTransaction(() => this.#saveCheckpoint(model, { status: 'stopped', error }));
  }

  async createShadow(model: ReadModel): Promise<string> {
    const shadow = shadowOf(model);
    await this.dropShadow(model);
    // The indexes are made at the switch: filling a table without them is faster.
    const original = this.#ddl(model, 'table')[0] ?? '';
    const create = original.replace(/^CREATE TABLE "?\w+"?/, `CREATE TABLE "${shadow}"`);
    await this.#inTransaction(() => this.#raw.exec(create));
    return shadow;
  }

  async switchTo(model: ReadModel, shadow: string, sequence: Sequence): Promise<void> {
    const { table } = model;
    const statements = [
      this.#db.schema.dropTable(table).compile(),
      this.#db.schema.alterTable(shadow).renameTo(table).compile(),
      ...[...this.#ddl(model, 'index'), ...this.#ddl(model, 'trigger')].map(bare),
      ...this.#wordIndexes(model).map((words) =>
        bare(`INSERT INTO "${words}" ("${words}") VALUES ('rebuild')`),
      ),
      this.#checkpointOf(model, { sequence }),
    ];
    // The indexes of a million rows take many seconds, in which the desktops of this process must not stand still.
    await this.#writing(() => transactionInThread(this.#raw, statements));
    this.#forget(model);
  }

  async dropShadow(model: ReadModel): Promise<void> {
    const drop = this.#db.schema.dropTable(shadowOf(model)).ifExists();
    await this.#inTransaction(() => this.#prepare(drop).run());
    this.#forget(model);
  }

  async stateHash({ key }: ReadModel, table: string): Promise<string> {
    const hash = createHash('sha256');
    const inOrder = this.#db.selectFrom(table).selectAll().orderBy(key).limit(HASH_ROWS_MAX);
    let rows = attempt(() => this.#prepare(inOrder).all(HASH_ROWS_MAX) as Row[]);
    const after = this.#prepare(inOrder.where(key, '>', ''));
    for (let last = rows.at(-1); last; last = rows.at(-1)) {
      for (const row of rows) hash.update(`${JSON.stringify(row)}\n`);
      await new Promise((resolve) => setImmediate(resolve));
      const from = last[key];
      rows = attempt(() => after.all(from, HASH_ROWS_MAX) as Row[]);
    }
    return hash.digest('hex');
  }

  close(): Promise<void> {
    return this.#close();
  }

  #write({ model, table, puts, deletes, leaving }: RowChanges): void {
    const { put, columns, remove } = this.#statements(model, table);
    requireColumns(table, columns, puts[0]);
    for (const key of deletes) remove.run(key);
    for (const row of puts) put.run(columns.map((column) => row[column] ?? null));
    if (leaving !== undefined) this.#raw.prepare(leavingRows(`"${table}"`, '?')).run(leaving);
  }

  #saveCheckpoint(model: ReadModel, change: Partial<ProjectionRow>): void {
    const save = this.#checkpointOf(model, change);
    this.#raw.prepare(save.sql).run(save.parameters);
  }

  #checkpointOf(model: ReadModel, change: Partial<ProjectionRow>): SqliteWork {
    const values = { sequence: 0, version: model.version, status: 'live' as const, error: null };
    const live = change.status === 'stopped' ? change : { ...values, ...change };
    return this.#db
      .insertInto('projections')
      .values({ table_name: model.table, ...values, ...change })
      .onConflict((oc) => oc.column('table_name').doUpdateSet(live))
      .compile();
  }

  #statements(model: ReadModel, table: string): TableStatements {
    const known = this.#tables.get(table);
    if (known) return known;
    const prepared = attempt(() => this.#prepareAll(model, table));
    this.#tables.set(table, prepared);
    return prepared;
  }

  #prepareAll({ key, kind }: ReadModel, table: string): TableStatements {
    const named = this.#raw.prepare('SELECT name FROM pragma_table_info(?)').pluck().all(table);
    // A journal's rows are numbered by the database.
    const columns = (named as string[]).filter((column) => kind === 'rows' || column !== key);
    const others = columns.filter((column) => column !== key);
    const insert = this.#db
      .insertInto(table)
      .values(Object.fromEntries(columns.map((column) => [column, ''])));
    const upsert = insert.onConflict((oc) => {
      const there = oc.column(key);
      // A row that is its key has nothing to change.
      if (others.length === 0) return there.doNothing();
      return there.doUpdateSet((eb) =>
        Object.fromEntries(others.map((column) => [column, eb.ref(`excluded.${column}`)])),
      );
    });
    return {
      columns,
      // All keys in one parameter: one statement for any number of them.
      find: this.#prepare(
        this.#db
          .selectFrom(table)
          .selectAll()
          .where(key, 'in', sql<string>`(SELECT value FROM json_each(${''}))`),
      ),
      put: this.#prepare(kind === 'journal' ? insert : upsert),
      remove: this.#prepare(this.#db.deleteFrom(table).where(key, '=', '')),
    };
  }

  /** Prepares what Kysely writes; values in it are only places that each run fills anew. */
  #prepare(query: Compilable): SqliteStatement<unknown[], Row> {
    return this.#raw.prepare(query.compile().sql);
  }

  #reading<T>(table: string, work: () => T): T {
    return observedNow(this.#observing, { operation: 'read', table }, () => attempt(work));
  }

  #inTransaction(work: () => void): Promise<void> {
    return this.#writing(async () => attempt(() => this.#raw.transaction(work)()));
  }

  /** One after the other: a transaction that finds the file in use would keep the whole process waiting. */
  #writing(work: () => Promise<void>): Promise<void> {
    const what = { operation: 'transaction', table: '' } as const;
    const turn = this.#turn.then(() => observed(this.#observing, what, work));
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  #forget(model: ReadModel): void {
    this.#tables.delete(model.table);
    this.#tables.delete(shadowOf(model));
  }

  /** Full-text indexes over the table (FTS5, external content): its triggers keep them, and a new table has new rows. */
  #wordIndexes(model: ReadModel): string[] {
    const query = "SELECT name FROM sqlite_master WHERE type = 'table' AND instr(sql, ?) > 0";
    const content = `content='${model.table}'`;
    return this.#raw.prepare<[string], string>(query).pluck().all(content);
  }

  #ddl(model: ReadModel, type: 'table' | 'index' | 'trigger'): string[] {
    const query = 'SELECT sql FROM sqlite_master WHERE tbl_name = ? AND type = ? AND sql NOT NULL';
    return this.#raw.prepare<[string, string]>(query).pluck().all(model.table, type) as string[];
  }
}

const bare = (text: string): SqliteWork => ({ sql: text, parameters: [] });

const shadowOf = (model: ReadModel): string => `${model.table}__rebuild`;

/** All rows of a model have the same columns, so that the first of a batch speaks for them. */
function requireColumns(table: string, columns: readonly string[], row: Row = {}): void {
  const unknown = Object.keys(row).find((column) => !columns.includes(column));
  if (unknown !== undefined) throw new Error(`${table} has no column ${unknown}`);
}

function attempt<T>(work: () => T): T {
  try {
    return work();
  } catch (cause) {
    throw sqliteError(cause);
  }
}
