import { isIP } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import type { ClientBase, PoolConfig } from 'pg';
import { typeParsers } from './postgres-types.js';

/** How far the server is trusted: not asked for, encrypted, of a known authority, and of that authority under this name. */
export const SSL_MODES = ['disable', 'require', 'verify-ca', 'verify-full'] as const;
export type SslMode = (typeof SSL_MODES)[number];

/** Where queries that may be a moment behind go: always to the primary, to the replicas, or to all of them in turn. */
export const READ_PREFERENCES = ['primary', 'replica', 'any'] as const;
export type ReadPreference = (typeof READ_PREFERENCES)[number];

export type PostgresHost = Readonly<{
  /** A name, an address, or the folder of a unix socket. */
  host: string;
  port: number;
}>;

/** How a process reaches PostgreSQL. Times are in milliseconds. */
export type PostgresSettings = PostgresHost &
  Readonly<{
    database: string;
    user: string;
    password: string;
    ssl: Readonly<{ mode: SslMode; /** PEM. */ ca?: string | undefined }>;
    pool: Readonly<{ min: number; max: number; idleMs: number; acquireMs: number }>;
    replicas: readonly PostgresHost[];
    readPreference: ReadPreference;
  }>;

/** How long a statement may run; what takes longer by nature (a migration, an index) says so itself. */
export const STATEMENT_MS_MAX = 30_000;
/** How much longer its answer may be on the way before the connection is given up. */
const ANSWER_MS_MAX = 5_000;
/** A transaction that nobody goes on with is ended, so that a process that hangs holds no lock. */
export const IDLE_IN_TRANSACTION_MS_MAX = 5_000;
const KEEPALIVE_MS = 10_000;

/** What is set on a new connection. Poolers like pgbouncer carry the first two along; the others are the same for all of Sortie. */
const SESSION_SETTINGS = [
  "SET datestyle TO 'ISO, YMD'",
  "SET timezone TO 'UTC'",
  `SET statement_timeout TO ${STATEMENT_MS_MAX}`,
  `SET idle_in_transaction_session_timeout TO ${IDLE_IN_TRANSACTION_MS_MAX}`,
].join('; ');

/** What pg needs to know for a pool of connections to one of the hosts. */
export const poolConfigOf = (settings: PostgresSettings, at: PostgresHost): PoolConfig => ({
  host: at.host,
  port: at.port,
  database: settings.database,
  user: settings.user,
  password: settings.password,
  ssl: tlsOptions(settings.ssl, at.host),
  application_name: 'sortie',
  min: settings.pool.min,
  max: settings.pool.max,
  idleTimeoutMillis: settings.pool.idleMs,
  connectionTimeoutMillis: settings.pool.acquireMs,
  query_timeout: STATEMENT_MS_MAX + ANSWER_MS_MAX,
  keepAlive: true,
  keepAliveInitialDelayMillis: KEEPALIVE_MS,
  types: typeParsers,
  onConnect: setSession,
});

/** Sets what Sortie relies on; pg waits for it before it hands the connection out. */
export async function setSession(client: ClientBase): Promise<void> {
  await client.query(SESSION_SETTINGS);
}

/** TLS as libpq means the modes: `require` alone checks nothing, but with an authority's certificate it does. */
function tlsOptions(
  { mode, ca }: PostgresSettings['ssl'],
  host: string,
): ConnectionOptions | false {
  // A unix socket has no TLS.
  if (mode === 'disable' || host.startsWith('/')) return false;
  if (mode === 'require' && ca === undefined) return { rejectUnauthorized: false };
  const trust = { rejectUnauthorized: true, ...(ca !== undefined && { ca }) };
  return mode === 'verify-full' ? trust : { ...trust, checkServerIdentity: () => undefined };
}

/** `host:port`, for messages. */
export const addressOf = ({ host, port }: PostgresHost): string =>
  isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`;
