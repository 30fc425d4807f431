import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { databaseSettingsOf, databaseVariables } from './database-settings.js';

const SECRET = 'hunter2';
const POSTGRES = { SORTIE_DB_TYPE: 'postgres' };
const PARTS = {
  ...POSTGRES,
  SORTIE_DB_HOST: 'db.example.com',
  SORTIE_DB_NAME: 'apps',
  SORTIE_DB_USER: 'sortie',
  SORTIE_DB_PASSWORD: SECRET,
};

function read(env: Record<string, string>) {
  const mistakes: string[] = [];
  const parsed = z.object(databaseVariables).safeParse(env);
  if (!parsed.success) {
    return { mistakes: parsed.error.issues.map((i) => `${i.path.join('.')} ${i.message}.`) };
  }
  return { settings: databaseSettingsOf(parsed.data, mistakes), mistakes };
}

const postgres = (env: Record<string, string>) => {
  const { settings, mistakes } = read(env);
  expect(mistakes).toEqual([]);
  if (settings?.kind !== 'postgres') throw new Error('It is not PostgreSQL');
  return settings.postgres;
};

const dsn = (text: string) => postgres({ ...POSTGRES, SORTIE_DB_DSN: text });

describe('the settings of the database', () => {
  it('are SQLite and need nothing, where nothing is set', () => {
    expect(read({})).toEqual({
      settings: { kind: 'sqlite', busyTimeoutMs: 5_000, migrations: 'auto' },
      mistakes: [],
    });
    const set = { SORTIE_DB_BUSY_TIMEOUT_MS: '70', SORTIE_DB_MIGRATIONS: 'check' };
    expect(read(set).settings).toEqual({ kind: 'sqlite', busyTimeoutMs: 70, migrations: 'check' });
  });

  it('are put together from parts, encrypted unless somebody says no', () => {
    expect(postgres(PARTS)).toEqual({
      host: 'db.example.com',
      port: 5_432,
      database: 'apps',
      user: 'sortie',
      password: SECRET,
      ssl: { mode: 'require', ca: undefined },
      pool: { min: 1, max: 8, idleMs: 60_000, acquireMs: 10_000 },
      replicas: [],
      readPreference: 'primary',
    });
    const over = { SORTIE_DB_PORT: '6000', SORTIE_DB_SSLMODE: 'disable', SORTIE_DB_POOL_MAX: '20' };
    expect(postgres({ ...PARTS, ...over })).toMatchObject({
      port: 6_000,
      ssl: { mode: 'disable' },
      pool: { max: 20 },
    });
  });

  it('are what the DSN says, before the parts', () => {
    const text = 'postgres://me:p%40ss%2F@other:6432/mine?sslmode=verify-full';
    expect(postgres({ ...PARTS, SORTIE_DB_SSLMODE: 'disable', SORTIE_DB_DSN: text })).toMatchObject(
      {
        ...{ host: 'other', port: 6_432, database: 'mine', user: 'me', password: 'p@ss/' },
        ssl: { mode: 'verify-full' },
      },
    );
  });

  it.each([
    ['postgresql://me@h', { host: 'h', port: 5_432, database: 'me', password: '' }],
    ['postgres://me:x@[::1]:1/d', { host: '::1', port: 1, database: 'd' }],
    [
      'postgres://me:x@localhost/d?host=/run/postgresql',
      { host: '/run/postgresql', database: 'd' },
    ],
    ['postgres://me:x@h/d?application_name=y', { ssl: { mode: 'require', ca: undefined } }],
  ])('take the DSN %s', (text, expected) => {
    expect(dsn(text)).toMatchObject(expected);
  });

  it('take the mode of the parts where the DSN has none', () => {
    const env = { ...POSTGRES, SORTIE_DB_DSN: 'postgres://a:b@c/d', SORTIE_DB_SSLMODE: 'disable' };
    expect(postgres(env).ssl.mode).toBe('disable');
  });

  it('list replicas with their ports', () => {
    const replicas = { SORTIE_DB_REPLICAS: 'one, two:6000,[fd00::1]:7,' };
    const found = postgres({ ...PARTS, ...replicas, SORTIE_DB_READ_PREFERENCE: 'any' });
    expect(found.replicas).toEqual([
      { host: 'one', port: 5_432 },
      { host: 'two', port: 6_000 },
      { host: 'fd00::1', port: 7 },
    ]);
    expect(found.readPreference).toBe('any');
  });
});

describe('a mistake in them is a sentence that names its variable and no password', () => {
  const withDsn = (text: string) => ({ ...POSTGRES, SORTIE_DB_DSN: text });
  it.each<[Record<string, string>, string]>([
    [{ SORTIE_DB_TYPE: 'mysql' }, 'SORTIE_DB_TYPE must be one of sqlite, postgres.'],
    [POSTGRES, 'needs SORTIE_DB_DSN, or SORTIE_DB_HOST, SORTIE_DB_NAME, SORTIE_DB_USER.'],
    [{ ...PARTS, SORTIE_DB_NAME: '' }, 'SORTIE_DB_TYPE=postgres needs SORTIE_DB_NAME.'],
    [{ SORTIE_DB_DSN: `postgres://a:${SECRET}@h/d` }, 'SORTIE_DB_DSN is set, but SORTIE_DB_TYPE'],
    [withDsn(`mysql://a:${SECRET}@h/d`), 'SORTIE_DB_DSN must be like postgres://user:'],
    [withDsn(`postgres://a:${SECRET}@h:x/d`), 'SORTIE_DB_DSN must be like'],
    [withDsn(`postgres://a:${SECRET}%@h/d`), 'SORTIE_DB_DSN has a % that stands for nothing'],
    [
      withDsn(`postgres://a:${SECRET}@h/d?sslmode=prefer`),
      'disable, require, verify-ca, verify-full',
    ],
    [withDsn(`postgres://a:${SECRET}@h/d?target=x`), 'SORTIE_DB_DSN has the parameter target'],
    [withDsn('postgres:///d'), 'SORTIE_DB_DSN names no host'],
    [withDsn('postgres://h/d'), 'SORTIE_DB_DSN names no user'],
    [withDsn('postgres://a:b@h/d?sslrootcert=/no/such'), "sslrootcert that can't be read: ENOENT"],
    [{ ...PARTS, SORTIE_DB_SSLMODE: 'verify-ca' }, 'verify-ca needs SORTIE_DB_SSL_CA'],
    [{ ...PARTS, SORTIE_DB_SSL_CA: 'x' }, 'SORTIE_DB_SSL_CA must be a certificate in PEM'],
    [{ ...PARTS, SORTIE_DB_PORT: '0' }, 'SORTIE_DB_PORT must be at least 1.'],
    [{ ...PARTS, SORTIE_DB_POOL_MAX: '2', SORTIE_DB_POOL_MIN: '3' }, 'must not be more than'],
    [{ ...PARTS, SORTIE_DB_READ_PREFERENCE: 'replica' }, 'needs SORTIE_DB_REPLICAS.'],
    [{ ...PARTS, SORTIE_DB_REPLICAS: 'a:b' }, 'SORTIE_DB_REPLICAS must be a list like'],
    [{ SORTIE_DB_MIGRATIONS: 'on' }, 'SORTIE_DB_MIGRATIONS must be one of auto, check, off.'],
  ])('%j', (env, sentence) => {
    const { settings, mistakes } = read(env);
    expect(settings).toBeUndefined();
    expect(mistakes).toHaveLength(1);
    expect(mistakes[0]).toContain(sentence);
    expect(mistakes[0]).toMatch(/\.$/);
    expect(mistakes.join()).not.toContain(SECRET);
  });

  it('and all of them are told at once', () => {
    const { mistakes } = read({
      ...POSTGRES,
      SORTIE_DB_DSN: 'x',
      SORTIE_DB_SSLMODE: 'verify-ca',
      SORTIE_DB_READ_PREFERENCE: 'any',
    });
    expect(mistakes).toHaveLength(3);
  });
});
