import { StoreUnavailableError } from '#shared/es/read-model-store.js';
import type { PostgresConnection, PostgresPool } from './postgres-pool.js';

/** How long a replica that could not be read from is left alone. */
const REST_MS = 10_000;

type Source = { readonly pool: PostgresPool; restsUntil: number };

/**
 * Where queries go that may be a moment behind: to each source in turn. One that fails rests for a while, and what it
 * was asked is asked of the primary.
 */
export class PostgresReaders {
  readonly #primary: PostgresPool;
  readonly #sources: readonly Source[];
  #turn = 0;

  /** `sources` may hold the primary too; without any, the primary answers everything. */
  constructor(primary: PostgresPool, sources: readonly PostgresPool[]) {
    this.#primary = primary;
    this.#sources = sources.map((pool) => ({ pool, restsUntil: 0 }));
  }

  async connect(): Promise<PostgresConnection> {
    for (let tried = 0; tried < this.#sources.length; tried += 1) {
      const source = this.#sources[this.#turn % this.#sources.length] as Source;
      this.#turn += 1;
      if (source.restsUntil > performance.now()) continue;
      try {
        return this.#withPrimaryBehind(source, await source.pool.connect());
      } catch (error) {
        if (!(error instanceof StoreUnavailableError)) throw error;
        rest(source);
      }
    }
    return this.#primary.connect();
  }

  /** A query changes nothing, so it can be asked again elsewhere. */
  #withPrimaryBehind(source: Source, connection: PostgresConnection): PostgresConnection {
    if (source.pool === this.#primary) return connection;
    return {
      query: async (...asked) => {
        try {
          return await connection.query(...asked);
        } catch (error) {
          if (!(error instanceof StoreUnavailableError)) throw error;
          rest(source);
          const other = await this.#primary.connect();
          try {
            return await other.query(...asked);
          } finally {
            other.release();
          }
        }
      },
      release: () => connection.release(),
    };
  }
}

const rest = (source: Source): void => {
  source.restsUntil = performance.now() + REST_MS;
};
