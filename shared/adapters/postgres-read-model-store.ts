import { createHash } from 'node:crypto';
import type { Sequence } from '#shared/es/commit.js';
import type { ReadModel, Row } from '#shared/es/read-model.js';
import {
  type Checkpoint,
  LeadershipLostError,
  type ReadModelStore,
  type RowChanges,
} from '#shared/es/read-model-store.js';
import { storableText } from '#shared/es/storable-text.js';
import { leavingRows } from './leaving-rows.js';
import { observed, type Observing } from './observed.js';
import type { PostgresLease } from './postgres-lease.js';
import type { PostgresConnection, PostgresPool } from './postgres-pool.js';
import { IDLE_IN_TRANSACTION_MS_MAX } from './postgres-settings.js';
import { isShadow, PostgresShadow, quoted, type SchemaNames, shadowOf } from './postgres-shadow.js';

/** Rows of one statement: as JSON a few megabytes at most. */
const ROWS_MAX = 5_000;
const HASH_ROWS_MAX = 1_000;
/** Tables are locked by nothing but a switch and what people do by hand. */
const LOCK_MS_MAX = 5_000;

/** Both are set for the connection too, but a pooler may have it be another one each time. */
const BEGIN = `BEGIN; SET LOCAL lock_timeout TO ${LOCK_MS_MAX};
  SET LOCAL idle_in_transaction_session_timeout TO ${IDLE_IN_TRANSACTION_MS_MAX}`;
const BEGIN_READING = 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY';

type ProjectionRow = Omit<Checkpoint, 'table'> & { table_name: string };
type Change = Partial<Pick<ProjectionRow, 'sequence' | 'status' | 'error'>>;

type Parts = Readonly<{
  pool: PostgresPool;
  names: SchemaNames;
  leadership: PostgresLease;
  observing: Observing;
}>;

/**
 * Read models in a schema of PostgreSQL that all replicas of the service share. All rows of a batch go into a table with
 * one statement and one parameter, as JSON: as fast as arrays a column, at a third of the work in this process.
 */
export class PostgresReadModelStore implements ReadModelStore {
  readonly leadership: PostgresLease;
  readonly #pool: PostgresPool;
  readonly #names: SchemaNames;
  readonly #observing: Observing;
  readonly #columns = new Map<string, readonly string[]>();
  /** The checkpoints, those of shadows too, as this store has last read or left them. */
  #left = new Map<string, Sequence>();
  #writes = 0;

  constructor({ pool, names, leadership, observing }: Parts) {
    this.#pool = pool;
    this.#names = names;
    this.leadership = leadership;
    this.#observing = observing;
  }

  async logId(): Promise<string | undefined> {
    const [row] = await this.#read<{ id: string }>('source_log', 'SELECT id FROM $table');
    return row?.id;
  }

  async saveLogId(id: string): Promise<void> {
    await this.#write(async (connection) => {
      const table = this.#names.of('source_log');
      await connection.query(`DELETE FROM ${table}`);
      await connection.query(`INSERT INTO ${table} VALUES ($1)`, [id]);
    });
  }

  async checkpoints(): Promise<readonly Checkpoint[]> {
    const before = this.#writes;
    const rows = await this.#read<ProjectionRow>('projections', 'SELECT * FROM $table');
    if (before === this.#writes) {
      this.#left = new Map(rows.map(({ table_name, sequence }) => [table_name, sequence]));
    }
    return rows
      .filter(({ table_name: table }) => !isShadow(table))
      .map(({ table_name: table, ...rest }) => ({ table, ...rest }));
  }

  async rows(model: ReadModel, table: string, keys: readonly string[]): Promise<readonly Row[]> {
    const where = `${quoted(model.key)} = ANY($1)`;
    return this.#read<Row>(table, `SELECT * FROM $table WHERE ${where}`, [keys]);
  }

  async apply(changes: readonly RowChanges[]): Promise<void> {
    await this.#write(async (connection, sequences) => {
      for (const { table } of changes) this.#requireUnmoved(table, sequences);
      for (const change of changes) {
        const what = { operation: 'write', table: change.table } as const;
        await observed(this.#observing, what, () => this.#put(connection, change));
      }
      const moved = changes.map(({ model, table, checkpoint: sequence }) =>
        rowOf({ ...model, table }, { sequence }),
      );
      await this.#saveCheckpoints(connection, moved);
    });
    for (const { table, checkpoint } of changes) this.#left.set(table, checkpoint);
  }

  async stop(model: ReadModel, error: string): Promise<void> {
    await this.#write(async (connection) => {
      const stopped = { status: 'stopped', error: storableText(error) } as const;
      await this.#saveCheckpoints(connection, [rowOf(model, stopped)], 'keep the sequence');
    });
  }

  async createShadow(model: ReadModel): Promise<string> {
    const shadow = shadowOf(model.table);
    await this.#write(async (connection) => {
      await this.#shadow(model).create(connection, model.kind);
      await this.#saveCheckpoints(connection, [rowOf({ ...model, table: shadow }, {})]);
    });
    this.#forget(model);
    this.#left.set(shadow, 0);
    return shadow;
  }

  async switchTo(model: ReadModel, shadow: string, sequence: Sequence): Promise<void> {
    await this.#write(async (connection, sequences) => {
      this.#requireUnmoved(shadow, sequences);
      await this.#shadow(model).replace(connection);
      await this.#dropCheckpoint(connection, shadow);
      await this.#saveCheckpoints(connection, [rowOf(model, { sequence })]);
    });
    this.#left.set(model.table, sequence);
    this.#forget(model);
  }

  async dropShadow(model: ReadModel): Promise<void> {
    await this.#write(async (connection) => {
      await this.#shadow(model).drop(connection);
      await this.#dropCheckpoint(connection, shadowOf(model.table));
    });
    this.#forget(model);
  }

  async stateHash({ key }: ReadModel, table: string): Promise<string> {
    const hash = createHash('sha256');
    await this.#pool.transaction(async (connection) => {
      const inOrder = `SELECT * FROM ${this.#names.of(table)} ORDER BY ${quoted(key)}`;
      await connection.query(`DECLARE rows NO SCROLL CURSOR FOR ${inOrder}`);
      for (;;) {
        const { rows } = await connection.query<Row>(`FETCH ${HASH_ROWS_MAX} FROM rows`);
        if (rows.length === 0) return;
        for (const row of rows) hash.update(`${JSON.stringify(row)}\n`);
      }
    }, BEGIN_READING);
    return hash.digest('hex');
  }

  /** Nothing is its own: the connections are those of all services of the process. */
  async close(): Promise<void> {}

  /** Runs `work` in a transaction that can't commit once another replica leads; it gets the checkpoints as they are there. */
  #write(
    work: (connection: PostgresConnection, sequences: Sequences) => Promise<void>,
  ): Promise<void> {
    const sequencesOf = `(SELECT coalesce(json_object_agg(table_name, sequence), '{}')::text FROM ${this.#names.of('projections')})`;
    const transaction = () =>
      this.#pool.transaction(async (connection) => {
        const found = await this.leadership.hold<string>(connection, sequencesOf);
        if (found === undefined) throw new LeadershipLostError(`${this.#lost} now.`);
        await work(connection, JSON.parse(found) as Sequences);
        this.#writes += 1;
      }, BEGIN);
    return observed(this.#observing, { operation: 'transaction', table: '' }, transaction);
  }

  get #lost(): string {
    return `Another replica of ${this.#observing.service} writes the read models`;
  }

  /** A crash or a failover can take back what was written: going on from where we were would leave a gap for ever. */
  #requireUnmoved(table: string, sequences: Sequences): void {
    const [was, is] = [this.#left.get(table), sequences[table] ?? 0];
    if (was === undefined || was === is) return;
    this.#left.clear();
    throw new LeadershipLostError(
      `The read model ${table} was left at sequence ${was} and is at ${is}: the database has gone back, or somebody else has written. It is read anew.`,
    );
  }

  async #put(connection: PostgresConnection, change: RowChanges): Promise<void> {
    const { model, table, puts, deletes, leaving } = change;
    const target = this.#names.of(table);
    const columns = await this.#columnsOf(connection, table);
    const unknown = Object.keys(puts[0] ?? {}).find((column) => !columns.includes(column));
    if (unknown !== undefined) throw new Error(`${table} has no column ${unknown}`);
    if (deletes.length > 0) {
      const where = `${quoted(model.key)} = ANY($1)`;
      await connection.query(`DELETE FROM ${target} WHERE ${where}`, [deletes]);
    }
    const insert = model.kind === 'journal' ? journalInsert : upsert;
    const text = insert(target, model.key, columns);
    for (let from = 0; from < puts.length; from += ROWS_MAX) {
      await connection.query(text, [JSON.stringify(puts.slice(from, from + ROWS_MAX))]);
    }
    if (leaving !== undefined) await connection.query(leavingRows(target, '$1'), [leaving]);
  }

  async #columnsOf(connection: PostgresConnection, table: string): Promise<readonly string[]> {
    const known = this.#columns.get(table);
    if (known) return known;
    const { rows } = await connection.query<{ name: string }>(COLUMNS, [this.#names.of(table)]);
    const columns = rows.map(({ name }) => name);
    this.#columns.set(table, columns);
    return columns;
  }

  async #saveCheckpoints(
    connection: PostgresConnection,
    rows: readonly ProjectionRow[],
    how?: 'keep the sequence',
  ): Promise<void> {
    if (rows.length === 0) return;
    const columns = ['table_name', 'version', 'sequence', 'status', 'error'];
    const kept = how ? ['version', 'sequence'] : [];
    const text = upsert(this.#names.of('projections'), 'table_name', columns, kept);
    await connection.query(text, [JSON.stringify(rows)]);
  }

  async #dropCheckpoint(connection: PostgresConnection, table: string): Promise<void> {
    const projections = this.#names.of('projections');
    await connection.query(`DELETE FROM ${projections} WHERE table_name = $1`, [table]);
  }

  #read<R>(table: string, text: string, values?: readonly unknown[]): Promise<R[]> {
    const query = text.replace('$table', this.#names.of(table));
    const what = { operation: 'read', table } as const;
    return observed(this.#observing, what, () => this.#pool.query<R>(query, values));
  }

  #shadow = (model: ReadModel): PostgresShadow => new PostgresShadow(this.#names, model.table);

  #forget(model: ReadModel): void {
    this.#columns.delete(model.table);
    this.#columns.delete(shadowOf(model.table));
    this.#left.delete(shadowOf(model.table));
  }
}

type Sequences = Readonly<Record<string, Sequence>>;

const COLUMNS = `SELECT attname AS name FROM pg_attribute
  WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum`;

const rowOf = ({ table, version }: ReadModel, change: Change): ProjectionRow => ({
  ...{ table_name: table, version, sequence: 0, status: 'live', error: null },
  ...change,
});

const listed = (columns: readonly string[], prefix = ''): string =>
  columns.map((column) => `${prefix}${quoted(column)}`).join(', ');

function upsert(
  target: string,
  key: string,
  columns: readonly string[],
  kept: readonly string[] = [],
): string {
  const changed = columns.filter((column) => column !== key && !kept.includes(column));
  const set = changed.map((column) => `${quoted(column)} = excluded.${quoted(column)}`);
  const conflict = set.length > 0 ? `DO UPDATE SET ${set.join(', ')}` : 'DO NOTHING';
  return `INSERT INTO ${target} (${listed(columns)}) SELECT ${listed(columns, 'r.')}
    FROM json_populate_recordset(NULL::${target}, $1) r ON CONFLICT (${quoted(key)}) ${conflict}`;
}

/** Rows are numbered from the last on, in their order, and so without a gap. */
function journalInsert(target: string, key: string, columns: readonly string[]): string {
  const others = columns.filter((column) => column !== key);
  const last = `(SELECT coalesce(max(${quoted(key)}), 0) FROM ${target})`;
  return `INSERT INTO ${target} (${listed([key, ...others])})
    SELECT ${last} + "#", ${listed(others, 'r.')}
    FROM json_populate_recordset(NULL::${target}, $1) WITH ORDINALITY AS r (${listed(columns)}, "#")`;
}
