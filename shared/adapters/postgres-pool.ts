import pg from 'pg';
import { StoreUnavailableError } from '#shared/es/read-model-store.js';
import { connectError, isBroken, postgresError } from './postgres-errors.js';
import { addressOf, poolConfigOf, type PostgresHost } from './postgres-settings.js';
import type { PostgresSettings } from './postgres-settings.js';
import type { PoolFigures } from './storage-observer.js';

/** A connection that is ours until it is released. Errors: StoreUnavailableError; PostgreSQL's own for a wrong row or query. */
export type PostgresConnection = Readonly<{
  query: <R>(
    text: string,
    values?: readonly unknown[],
    /** How long to wait for the answer, in place of what the pool says. */
    answerMs?: number,
  ) => Promise<{ command: string; rowCount: number; rows: R[] }>;
  release: () => void;
}>;

/** The ends of what pg says when a connection was not to be had in time: all were in use, or the server did not answer. */
const ALL_IN_USE = 'timeout exceeded when trying to connect';

/** Connections to one PostgreSQL, shared by all services of a process. */
export class PostgresPool {
  readonly #pool: pg.Pool;
  readonly #max: number;
  readonly #acquireMs: number;
  readonly #where: string;
  #isOpen = true;

  /** Opens no connection yet. `over` is for the pool of something special. */
  constructor(
    settings: PostgresSettings,
    at: PostgresHost = settings,
    over: Pick<pg.PoolConfig, 'min' | 'max' | 'query_timeout' | 'connectionTimeoutMillis'> = {},
  ) {
    const config = { ...poolConfigOf(settings, at), ...over };
    this.#pool = new pg.Pool(config);
    this.#max = config.max ?? 0;
    this.#acquireMs = config.connectionTimeoutMillis ?? 0;
    this.#where = addressOf(at);
    // A connection that ends while it is idle is replaced by the next that is asked for; unheard it would end the process.
    this.#pool.on('error', () => undefined);
    // The same between two statements of a transaction: the next statement tells.
    this.#pool.on('connect', (client) => client.on('error', () => undefined));
  }

  async connect(): Promise<PostgresConnection> {
    const client = await this.#pool.connect().catch((cause: unknown) => {
      throw this.#connectError(cause);
    });
    let broken = false;
    return {
      query: async <R>(text: string, values?: readonly unknown[], answerMs?: number) => {
        try {
          // Without values several statements may be in one text.
          const query = { text, ...(values && { values: [...values] }) };
          const timed = answerMs === undefined ? query : { ...query, query_timeout: answerMs };
          const { command, rowCount, rows } = await client.query(timed);
          return { command, rowCount: rowCount ?? 0, rows: rows as R[] };
        } catch (cause) {
          broken ||= isBroken(cause);
          throw postgresError(cause, this.#where);
        }
      },
      release: () => client.release(broken),
    };
  }

  /** Runs one statement on any connection. */
  async query<R>(text: string, values?: readonly unknown[]): Promise<R[]> {
    const connection = await this.connect();
    try {
      const { rows } = await connection.query<R>(text, values);
      return rows;
    } finally {
      connection.release();
    }
  }

  /** Runs `work` in a transaction that `begin` opens; nothing of it stays when it throws, and nothing is tried again. */
  async transaction<T>(
    work: (connection: PostgresConnection) => Promise<T>,
    begin = 'BEGIN',
  ): Promise<T> {
    const connection = await this.connect();
    try {
      await connection.query(begin);
      const result = await work(connection);
      await connection.query('COMMIT');
      return result;
    } catch (error) {
      // If that fails too, the connection is not used again, which is as good.
      await connection.query('ROLLBACK').catch(() => undefined);
      throw error;
    } finally {
      connection.release();
    }
  }

  figures(): PoolFigures {
    const { totalCount, idleCount, waitingCount } = this.#pool;
    const active = totalCount - idleCount;
    return { active, idle: idleCount, waiting: waitingCount, max: this.#max };
  }

  /** Waits for the connections in use, and closes all. */
  async end(): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    await this.#pool.end();
  }

  #connectError(cause: unknown): unknown {
    if (!(cause instanceof Error) || cause.message !== ALL_IN_USE) {
      return connectError(cause, this.#where);
    }
    return new StoreUnavailableError(
      `All ${this.#max} connections to PostgreSQL at ${this.#where} were in use, and no free connection came within ${this.#acquireMs} ms: raise SORTIE_DB_POOL_MAX, or find the queries that take so long.`,
      { cause },
    );
  }
}
