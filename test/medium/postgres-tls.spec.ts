// Goal: each sslmode lets Sortie speak to the servers that it trusts, and to no others.
// Method: real servers without TLS, and with certificates of an authority that is trusted and of one that is not.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { postgresDatabases } from '#shared/adapters/postgres-databases.js';
import type { PostgresSettings } from '#shared/adapters/postgres-settings.js';
import { newAuthority } from '#test/support/certificate-authority.js';
import { type PostgresServer, startPostgres } from '#test/support/postgres-server.js';
import { postgresSettings } from '#test/support/postgres-settings.js';

const NAME = 'localhost';
const authority = newAuthority('Trusted');
const stranger = newAuthority('Stranger');
let servers: Record<'trusted' | 'strange' | 'plain', PostgresServer>;
beforeAll(async () => {
  const settings = { fsync: 'off' };
  const [trusted, strange, plain] = await Promise.all([
    startPostgres({ settings, tls: authority.certify(NAME) }),
    startPostgres({ settings, tls: stranger.certify(NAME) }),
    startPostgres({ settings }),
  ]);
  servers = { trusted, strange, plain };
});
afterAll(async () => {
  for (const server of Object.values(servers)) await server.stop();
});

const { ca } = authority;
const NOT_TRUSTED = /certificate.*SORTIE_DB_SSL_CA/;
const NO_TLS = /does not support SSL.*turn its `ssl` on, or say SORTIE_DB_SSLMODE=disable/;

type Case = Readonly<{
  server: keyof typeof servers;
  ssl: PostgresSettings['ssl'];
  host?: string;
  /** How it is encrypted, or why it is refused. */
  expected: 'TLS' | 'none' | RegExp;
}>;
const CASES: readonly Case[] = [
  { server: 'plain', ssl: { mode: 'disable' }, expected: 'none' },
  { server: 'plain', ssl: { mode: 'require' }, expected: NO_TLS },
  { server: 'plain', ssl: { mode: 'verify-ca', ca }, expected: NO_TLS },
  { server: 'plain', ssl: { mode: 'verify-full', ca }, expected: NO_TLS },
  { server: 'trusted', ssl: { mode: 'disable' }, expected: 'none' },
  { server: 'trusted', ssl: { mode: 'require' }, expected: 'TLS' },
  { server: 'trusted', ssl: { mode: 'require', ca }, expected: 'TLS' },
  { server: 'trusted', ssl: { mode: 'verify-ca', ca }, expected: 'TLS' },
  { server: 'trusted', ssl: { mode: 'verify-full', ca }, expected: 'TLS' },
  // Without an authority of ours those that Node knows are asked.
  { server: 'trusted', ssl: { mode: 'verify-full' }, expected: NOT_TRUSTED },
  { server: 'strange', ssl: { mode: 'require' }, expected: 'TLS' },
  { server: 'strange', ssl: { mode: 'require', ca }, expected: NOT_TRUSTED },
  { server: 'strange', ssl: { mode: 'verify-ca', ca }, expected: NOT_TRUSTED },
  { server: 'strange', ssl: { mode: 'verify-full', ca }, expected: NOT_TRUSTED },
  { server: 'trusted', host: '127.0.0.1', ssl: { mode: 'require', ca }, expected: 'TLS' },
  { server: 'trusted', host: '127.0.0.1', ssl: { mode: 'verify-ca', ca }, expected: 'TLS' },
  {
    server: 'trusted',
    host: '127.0.0.1',
    ssl: { mode: 'verify-full', ca },
    expected: /IP: 127\.0\.0\.1 is not in the cert's list.*SORTIE_DB_HOST the name in it/,
  },
];

describe('a connection', () => {
  it.each(CASES.map((one) => ({ ...one, mode: one.ssl.mode, withCa: one.ssl.ca !== undefined })))(
    'with $mode (an authority: $withCa) to the $server server at $host comes to $expected',
    async ({ server, ssl, host = NAME, expected }) => {
      const settings = postgresSettings(servers[server].dsn, { ssl, host });
      const databases = postgresDatabases(settings);
      const [report] = await databases.test([]);
      await databases.close();
      const { problem, tls = '' } = report ?? {};
      const found = problem ?? (tls.startsWith('TLSv1.') ? 'TLS' : tls);
      expect(found).toMatch(expected);
    },
  );
});
