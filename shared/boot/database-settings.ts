import { X509Certificate } from 'node:crypto';
import { z } from 'zod';
import { MIGRATION_MODES, type MigrationMode } from '#shared/adapters/migrate-at-start.js';
import {
  type PostgresHost,
  type PostgresSettings,
  READ_PREFERENCES,
  SSL_MODES,
} from '#shared/adapters/postgres-settings.js';
import { type Dsn, DsnError, parseDsn, PORT_DEFAULT } from './postgres-dsn.js';
import { wholeNumber } from './whole-number.js';

const PORT_MAX = 65_535;
const POOL_MAX = 1_000;
const WAIT_MS_MAX = 600_000;

const oneOf = <const Names extends readonly [string, ...string[]]>(names: Names) =>
  z.enum(names, `must be one of ${names.join(', ')}`);

const hosts = z
  .string()
  .default('')
  .transform((text) => text.split(',').map((host) => host.trim()))
  .transform((listed) => listed.filter((host) => host !== ''))
  .refine((listed) => listed.every((host) => HOST.test(host)), {
    error: 'must be a list like replica-1,replica-2:5433',
  });
const HOST = /^(\[[0-9a-f:.]+\]|[^\s:,/@]+)(:\d{1,5})?$/i;

/** The part of the environment that databases have, by variable. */
export const databaseVariables = {
  SORTIE_DB_TYPE: oneOf(['sqlite', 'postgres']).optional().describe('sqlite when unset'),
  SORTIE_DB_DSN: z.string().optional().describe('All of a PostgreSQL connection in one; wins'),
  SORTIE_DB_HOST: z.string().optional().describe('Name or address of the PostgreSQL server'),
  SORTIE_DB_PORT: wholeNumber(1, PORT_MAX).default(PORT_DEFAULT),
  SORTIE_DB_NAME: z.string().optional().describe('The database'),
  SORTIE_DB_USER: z.string().optional(),
  SORTIE_DB_PASSWORD: z.string().optional(),
  SORTIE_DB_SSLMODE: oneOf(SSL_MODES).optional().describe('require when unset'),
  SORTIE_DB_SSL_CA: z
    .string()
    .refine(isCertificate, 'must be a certificate in PEM; SORTIE_DB_SSL_CA_FILE names its file')
    .optional(),
  SORTIE_DB_POOL_MIN: wholeNumber(0, POOL_MAX).default(1).describe('Connections kept while idle'),
  SORTIE_DB_POOL_MAX: wholeNumber(2, POOL_MAX)
    .default(8)
    .describe('Connections of a process at most'),
  SORTIE_DB_POOL_IDLE_MS: wholeNumber(0, WAIT_MS_MAX).default(60_000),
  SORTIE_DB_POOL_ACQUIRE_MS: wholeNumber(1, WAIT_MS_MAX).default(10_000),
  SORTIE_DB_BUSY_TIMEOUT_MS: wholeNumber(0, WAIT_MS_MAX).default(5_000).describe('SQLite'),
  SORTIE_DB_REPLICAS: hosts.describe('Read replicas: the same database and credentials'),
  SORTIE_DB_READ_PREFERENCE: oneOf(READ_PREFERENCES).default('primary'),
  SORTIE_DB_MIGRATIONS: oneOf(MIGRATION_MODES).default('auto'),
};

/** Which databases a process uses, and how. */
export type DatabaseSettings = Readonly<{ migrations: MigrationMode }> &
  (
    | Readonly<{ kind: 'sqlite'; busyTimeoutMs: number }>
    | Readonly<{ kind: 'postgres'; postgres: PostgresSettings }>
  );

type Parsed = z.infer<z.ZodObject<typeof databaseVariables>>;

/** Makes settings of the parsed variables. What does not fit together is added to `mistakes`, a sentence each, and the settings are undefined. */
export function databaseSettingsOf(
  parsed: Parsed,
  mistakes: string[],
): DatabaseSettings | undefined {
  const { SORTIE_DB_TYPE: kind, SORTIE_DB_MIGRATIONS: migrations } = parsed;
  if (kind === 'postgres') {
    const postgres = postgresOf(parsed, mistakes);
    return postgres && { kind, postgres, migrations };
  }
  const unasked = (['SORTIE_DB_DSN', 'SORTIE_DB_HOST'] as const).find((name) => parsed[name]);
  // Whoever says where PostgreSQL is hardly means SQLite.
  if (kind === undefined && unasked) {
    mistakes.push(`${unasked} is set, but SORTIE_DB_TYPE is not: set it to postgres or to sqlite.`);
    return undefined;
  }
  return { kind: 'sqlite', busyTimeoutMs: parsed.SORTIE_DB_BUSY_TIMEOUT_MS, migrations };
}

function postgresOf(parsed: Parsed, mistakes: string[]): PostgresSettings | undefined {
  const before = mistakes.length;
  const dsn = parsed.SORTIE_DB_DSN ? dsnOf(parsed.SORTIE_DB_DSN, mistakes) : undefined;
  if (!parsed.SORTIE_DB_DSN) requireParts(parsed, mistakes);
  const ssl = sslOf(parsed, dsn, mistakes);
  requirePool(parsed, mistakes);
  if (mistakes.length > before) return undefined;
  return {
    ...(dsn?.connection ?? partsOf(parsed)),
    ssl,
    pool: {
      min: parsed.SORTIE_DB_POOL_MIN,
      max: parsed.SORTIE_DB_POOL_MAX,
      idleMs: parsed.SORTIE_DB_POOL_IDLE_MS,
      acquireMs: parsed.SORTIE_DB_POOL_ACQUIRE_MS,
    },
    replicas: parsed.SORTIE_DB_REPLICAS.map(hostOf),
    readPreference: parsed.SORTIE_DB_READ_PREFERENCE,
  };
}

function sslOf(parsed: Parsed, dsn: Dsn | undefined, mistakes: string[]): PostgresSettings['ssl'] {
  const mode = dsn?.sslMode ?? parsed.SORTIE_DB_SSLMODE ?? 'require';
  const ca = dsn?.ca ?? parsed.SORTIE_DB_SSL_CA;
  if (mode === 'verify-ca' && ca === undefined) {
    const why = 'any authority would do otherwise';
    mistakes.push(`The sslmode verify-ca needs SORTIE_DB_SSL_CA or SORTIE_DB_SSL_CA_FILE: ${why}.`);
  }
  return { mode, ca };
}

const partsOf = (parsed: Parsed) => ({
  host: parsed.SORTIE_DB_HOST ?? '',
  port: parsed.SORTIE_DB_PORT,
  database: parsed.SORTIE_DB_NAME ?? '',
  user: parsed.SORTIE_DB_USER ?? '',
  password: parsed.SORTIE_DB_PASSWORD ?? '',
});

function dsnOf(text: string, mistakes: string[]): Dsn | undefined {
  try {
    return parseDsn(text);
  } catch (error) {
    if (!(error instanceof DsnError)) throw error;
    mistakes.push(`SORTIE_DB_DSN ${error.message}.`);
    return undefined;
  }
}

function requireParts(parsed: Parsed, mistakes: string[]): void {
  const parts = ['SORTIE_DB_HOST', 'SORTIE_DB_NAME', 'SORTIE_DB_USER'] as const;
  const missing = parts.filter((name) => !parsed[name]);
  if (missing.length === 0) return;
  const what = missing.length === parts.length ? 'SORTIE_DB_DSN, or ' : '';
  mistakes.push(`SORTIE_DB_TYPE=postgres needs ${what}${missing.join(', ')}.`);
}

function requirePool(parsed: Parsed, mistakes: string[]): void {
  if (parsed.SORTIE_DB_POOL_MIN > parsed.SORTIE_DB_POOL_MAX) {
    mistakes.push('SORTIE_DB_POOL_MIN must not be more than SORTIE_DB_POOL_MAX.');
  }
  if (parsed.SORTIE_DB_READ_PREFERENCE !== 'primary' && parsed.SORTIE_DB_REPLICAS.length === 0) {
    const preference = parsed.SORTIE_DB_READ_PREFERENCE;
    mistakes.push(`SORTIE_DB_READ_PREFERENCE=${preference} needs SORTIE_DB_REPLICAS.`);
  }
}

function hostOf(text: string): PostgresHost {
  const [, host = '', port] = /^(.*?)(?::(\d+))?$/.exec(text) ?? [];
  const name = host.replace(/^\[(.*)\]$/, '$1');
  return { host: name, port: port === undefined ? PORT_DEFAULT : Number(port) };
}

function isCertificate(text: string): boolean {
  try {
    return new X509Certificate(text).subject !== '';
  } catch {
    return false;
  }
}
