import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
} from 'kysely';
import { storableText } from '#shared/es/storable-text.js';
import type { StorageObserver } from './storage-observer.js';
import { tableOf } from './table-of-query.js';

type Watch = Readonly<{
  service: string;
  /** Turns what a driver throws into what callers are told. */
  toError: (cause: unknown) => unknown;
  observer?: StorageObserver | undefined;
}>;

/**
 * Puts itself between Kysely and a driver, the one place for what every query needs: text that the database can take,
 * errors that callers know, and somebody who counts.
 */
export const watchedDialect = (dialect: Dialect, watch: Watch): Dialect => ({
  createAdapter: () => dialect.createAdapter(),
  createDriver: () => new WatchedDriver(dialect.createDriver(), watch),
  createIntrospector: (db) => dialect.createIntrospector(db),
  createQueryCompiler: () => dialect.createQueryCompiler(),
});

class WatchedDriver implements Driver {
  readonly #driver: Driver;
  readonly #watch: Watch;

  constructor(driver: Driver, watch: Watch) {
    this.#driver = driver;
    this.#watch = watch;
  }

  init(): Promise<void> {
    return this.#driver.init();
  }

  async acquireConnection(): Promise<WatchedConnection> {
    try {
      return new WatchedConnection(await this.#driver.acquireConnection(), this.#watch);
    } catch (cause) {
      throw this.#watch.toError(cause);
    }
  }

  beginTransaction(
    { inner }: WatchedConnection,
    settings: Parameters<Driver['beginTransaction']>[1],
  ) {
    return this.#driver.beginTransaction(inner, settings);
  }

  commitTransaction({ inner }: WatchedConnection): Promise<void> {
    return this.#driver.commitTransaction(inner);
  }

  rollbackTransaction({ inner }: WatchedConnection): Promise<void> {
    return this.#driver.rollbackTransaction(inner);
  }

  releaseConnection({ inner }: WatchedConnection): Promise<void> {
    return this.#driver.releaseConnection(inner);
  }

  destroy(): Promise<void> {
    return this.#driver.destroy();
  }
}

class WatchedConnection implements DatabaseConnection {
  readonly inner: DatabaseConnection;
  readonly #watch: Watch;

  constructor(inner: DatabaseConnection, watch: Watch) {
    this.inner = inner;
    this.#watch = watch;
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const { observer, service, toError } = this.#watch;
    const started = observer ? performance.now() : 0;
    let ok = false;
    try {
      const result = await this.inner.executeQuery<R>(storable(query));
      ok = true;
      return result;
    } catch (cause) {
      throw toError(cause);
    } finally {
      if (observer) {
        const seconds = (performance.now() - started) / 1_000;
        observer.onOperation({ service, ...tableOf(query.query), seconds, ok });
      }
    }
  }

  async *streamQuery<R>(query: CompiledQuery, chunkSize: number): AsyncGenerator<QueryResult<R>> {
    try {
      yield* this.inner.streamQuery<R>(storable(query), chunkSize);
    } catch (cause) {
      throw this.#watch.toError(cause);
    }
  }
}

const isUnstorable = (value: unknown): value is string =>
  typeof value === 'string' && storableText(value) !== value;

function storable(query: CompiledQuery): CompiledQuery {
  if (!query.parameters.some(isUnstorable)) return query;
  const parameters = query.parameters.map((value) =>
    typeof value === 'string' ? storableText(value) : value,
  );
  return { ...query, parameters };
}
