import type { PostgresSettings } from '#shared/adapters/postgres-settings.js';

/** The settings of a process that uses the database of a test's DSN. */
export function postgresSettings(
  dsn: string,
  over: Partial<PostgresSettings> = {},
): PostgresSettings {
  const { hostname, port, pathname, username, password } = new URL(dsn);
  return {
    host: hostname,
    port: Number(port),
    database: pathname.slice(1),
    user: username,
    password,
    ssl: { mode: 'disable' },
    pool: { min: 0, max: 4, idleMs: 1_000, acquireMs: 30_000 },
    replicas: [],
    readPreference: 'primary',
    ...over,
  };
}
