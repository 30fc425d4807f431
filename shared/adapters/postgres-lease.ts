import type { Lease } from '#shared/es/lease.js';
import { LEASE_MS } from '#shared/es/lease.js';
import type { PostgresConnection, PostgresPool } from './postgres-pool.js';

/** A row may be locked by a takeover for as long as that takes; who asks more than this waits for a process that hangs. */
const LOCK_MS_MAX = 2_000;

type Held = Readonly<{ owner: string; expired: boolean }>;

/**
 * A lease that is a row of the service's schema, by the database's clock. Whoever writes under it locks the row FOR KEY
 * SHARE in the same transaction, and a takeover locks it FOR UPDATE: so a takeover waits for a write under way, and a
 * write that comes later finds itself without the lease. Renewing changes no key and so waits for neither.
 */
export class PostgresLease implements Lease {
  readonly #pool: PostgresPool;
  readonly #table: string;
  readonly #name: string;
  readonly #owner: string;

  /** `table` is quoted and with its schema; `owner` is this process and no other, nor an earlier one of the same name. */
  constructor(
    pool: PostgresPool,
    { table, name, owner }: Readonly<{ table: string; name: string; owner: string }>,
  ) {
    this.#pool = pool;
    this.#table = table;
    this.#name = name;
    this.#owner = owner;
  }

  async take(how?: 'seize'): Promise<boolean> {
    const [held] = await this.#pool.query<Held>(
      `SELECT owner, expires_at <= clock_timestamp() AS expired FROM ${this.#table} WHERE name = $1`,
      [this.#name],
    );
    if (held?.owner === this.#owner && (await this.#renew())) return true;
    if (held && held.owner !== this.#owner && !held.expired && how !== 'seize') return false;
    return this.#takeOver(how === 'seize');
  }

  async release(): Promise<void> {
    await this.#pool.query(`DELETE FROM ${this.#table} WHERE name = $1 AND owner = $2`, [
      this.#name,
      this.#owner,
    ]);
  }

  /** Keeps the lease ours until the transaction of `connection` has ended, and gets `expression` on the way; undefined where it is not ours. */
  async hold<T>(connection: PostgresConnection, expression: string): Promise<T | undefined> {
    const { rows } = await connection.query<{ found: T }>(
      `SELECT ${expression} AS found FROM ${this.#table} WHERE name = $1 AND owner = $2 FOR KEY SHARE`,
      [this.#name, this.#owner],
    );
    return rows[0]?.found;
  }

  async #renew(): Promise<boolean> {
    const renewed = await this.#pool.query(
      `UPDATE ${this.#table} SET expires_at = ${EXPIRY} WHERE name = $1 AND owner = $2 RETURNING 1`,
      [this.#name, this.#owner],
    );
    return renewed.length === 1;
  }

  #takeOver(seize: boolean): Promise<boolean> {
    return this.#pool.transaction(async (connection) => {
      // Run out from the start, for whoever locks it first.
      await connection.query(
        `INSERT INTO ${this.#table} VALUES ($1, '', '-infinity') ON CONFLICT DO NOTHING`,
        [this.#name],
      );
      const { rows } = await connection.query(
        `SELECT 1 FROM ${this.#table} WHERE name = $1
          AND (expires_at <= clock_timestamp() OR owner = $2 OR $3) FOR UPDATE`,
        [this.#name, this.#owner, seize],
      );
      if (rows.length === 0) return false;
      await connection.query(
        `UPDATE ${this.#table} SET owner = $2, expires_at = ${EXPIRY} WHERE name = $1`,
        [this.#name, this.#owner],
      );
      return true;
    }, `BEGIN; SET LOCAL lock_timeout TO ${LOCK_MS_MAX}`);
  }
}

const EXPIRY = `clock_timestamp() + interval '${LEASE_MS} milliseconds'`;
