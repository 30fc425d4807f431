// Goal: an operator sees and moves the versions of the databases, and learns why one can't be reached, without a server.
// Method: the built command on SQLite files and on a real PostgreSQL, with the settings that a server would have.
import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { postgresDatabases } from '#shared/adapters/postgres-databases.js';
import { type PostgresServer, startPostgres } from '#test/support/postgres-server.js';
import { postgresSettings } from '#test/support/postgres-settings.js';
import { sortieFolders, startSortie } from '#test/support/sortie.js';

const entry = resolve('dist/services/cli/main.js');
const SERVICES = ['audit', 'catalog', 'identity', 'session'];
let server: PostgresServer;
let folder: string;
beforeAll(async () => {
  server = await startPostgres({ settings: { fsync: 'off' } });
});
afterAll(() => server.stop());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sortie-storage-'));
});
afterEach(() => rm(folder, { recursive: true }));

type Ran = Readonly<{ code: number; stdout: string; stderr: string }>;

function run(args: readonly string[], env: Record<string, string>): Promise<Ran> {
  const options = { cwd: folder, env: { PATH: process.env['PATH'], SORTIE_DATA: folder, ...env } };
  return new Promise((done) => {
    execFile(process.execPath, [entry, 'storage', ...args], options, (error, stdout, stderr) => {
      done({ code: error ? Number(error.code) : 0, stdout, stderr });
    });
  });
}

const onPostgres = async () => ({
  SORTIE_DB_TYPE: 'postgres',
  SORTIE_DB_DSN: `${await server.createDatabase()}?sslmode=disable`,
});

/** Versions of each service's migrations, oldest first, as the files have them. */
const MIGRATIONS = Object.fromEntries(
  SERVICES.map((service) => [
    service,
    readdirSync(`services/${service}/migrations/sqlite`)
      .map((file) => file.slice(0, 8))
      .toSorted(),
  ]),
);
const newestOf = (service: string): string => MIGRATIONS[service]?.at(-1) ?? '';
const countOf = (counts: (version: string) => boolean): number =>
  Object.values(MIGRATIONS).flat().filter(counts).length;

describe.each(['sqlite', 'postgres'])('sortie storage migrate on %s', (kind) => {
  let env: Record<string, string>;
  beforeEach(async () => {
    env = kind === 'sqlite' ? {} : await onPostgres();
  });
  const json = async (...args: string[]) => {
    const { code, stdout, stderr } = await run([...args, '--json'], env);
    expect([code, stderr]).toEqual([0, '']);
    return JSON.parse(stdout);
  };
  const versions = async (): Promise<string[]> =>
    (await json('migrate', 'status')).map((one: { version: string }) => one.version);

  it('shows versions, and goes up, down and to one of them', async () => {
    const first = await run(['migrate', 'status'], env);
    expect(first).toMatchObject({ code: 0, stderr: '' });
    expect(first.stdout).toMatch(
      /^SERVICE +VERSION +PENDING +UNKNOWN\naudit +0 +20261120_audit_trail, 20261121_replicas, 20261122_merkle_tree, /m,
    );
    expect(await readdir(folder)).toEqual([]);
    expect(await versions()).toEqual(['0', '0', '0', '0']);
    const up = await json('migrate', 'up');
    expect(up).toHaveLength(countOf(() => true));
    expect(up[0]).toEqual({ service: 'audit', direction: 'up', migration: '20261120_audit_trail' });
    expect((await run(['migrate', 'up'], env)).stdout).toBe('Nothing to do.\n');
    const status = await json('migrate', 'status');
    expect(status.map((one: { service: string }) => one.service)).toEqual(SERVICES);
    expect(status[1]).toMatchObject({ version: newestOf('catalog'), pending: [], unknown: [] });

    const dry = await run(['migrate', 'down', '--dry-run'], env);
    expect(dry.stdout).toMatch(
      /WOULD BE DONE[^]*session +down +\d{8}_\w+\nWhat the tables .* rebuilt from the event log/,
    );
    expect(await versions()).toEqual(SERVICES.map(newestOf));
    const down = await run(['migrate', 'down', '--service', 'catalog'], env);
    expect(down).toMatchObject({ code: 0, stderr: '' });
    expect(down.stdout).toMatch(
      new RegExp(`^catalog +down +${newestOf('catalog')}_\\w+\\nWhat the tables`, 'm'),
    );
    const one = (await versions()).filter((version, n) => version !== newestOf(SERVICES[n] ?? ''));
    expect(one).toEqual([MIGRATIONS['catalog']?.at(-2)]);
    const above = countOf((version) => version > '20261120');
    expect(await json('migrate', 'to', '20261120')).toHaveLength(above - 1);
    expect(await json('migrate', 'to', '0', '--dry-run')).toHaveLength(4);
    expect(await json('migrate', 'to', '0')).toHaveLength(4);
    expect(await versions()).toEqual(['0', '0', '0', '0']);
    expect(await json('migrate', 'to', '20261121')).toHaveLength(8);
  });

  it('says what can not be asked for', async () => {
    const unknown = await run(['migrate', 'to', '20240115'], env);
    expect(unknown.code).toBe(1);
    expect(unknown.stderr).toMatch(
      /^There is no migration 20240115: there are 0, 20261120, 20261121, 20261122, [^]*\.\n$/,
    );
    const nobody = await run(['migrate', 'up', '--service', 'gateway'], env);
    expect(nobody.stderr).toBe(
      'No service gateway keeps a database: there are audit, catalog, identity, session.\n',
    );
  });
});

describe('tables that are in use', () => {
  it('are not taken from under a server', async () => {
    const folders = await sortieFolders();
    const sortie = await startSortie(folders);
    const env = { SORTIE_DATA: folders.dataPath };
    const refused = await run(['migrate', 'down'], env);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain(`(process ${sortie.pid}, ${sortie.url}): stop it first.`);
    expect((await run(['migrate', 'status'], env)).stdout).toMatch(
      new RegExp(`^audit +${newestOf('audit')} +none$`, 'm'),
    );
    await sortie.end();
    expect((await run(['migrate', 'down'], env)).code).toBe(0);
    await folders.remove();
  });

  it('are not taken from under a process that leads on PostgreSQL', async () => {
    const env = await onPostgres();
    await run(['migrate', 'up'], env);
    const databases = postgresDatabases(postgresSettings(env.SORTIE_DB_DSN));
    const { store } = await databases.openDatabase(
      'catalog',
      resolve('services/catalog/migrations'),
    );
    await store.leadership.take();
    const refused = await run(['migrate', 'down'], env);
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toBe(
      'A Sortie process runs on the database of catalog: stop it first.\n',
    );
    await store.leadership.release();
    await databases.close();
    expect((await run(['migrate', 'down'], env)).code).toBe(0);
  });
});

describe('sortie storage test-connection', () => {
  it('says what is there, from settings in files too', async () => {
    const lite = await run(['test-connection'], {});
    expect(lite).toMatchObject({ code: 0, stderr: '' });
    expect(lite.stdout).toMatch(
      /^DATABASE +STATUS[^]* ok +SQLite 3\.\d+\.\d+ +\d+\.\d ms +none\n$/,
    );
    const password = join(folder, 'password');
    await writeFile(password, `${server.password}\n`);
    await writeFile(
      join(folder, '.env'),
      `SORTIE_DB_TYPE=postgres\nSORTIE_DB_HOST=${server.host}\nSORTIE_DB_PORT=${server.port}\nSORTIE_DB_NAME=sortie
       SORTIE_DB_USER=sortie\nSORTIE_DB_PASSWORD_FILE=${password}\nSORTIE_DB_SSLMODE=disable\n`,
    );
    const { code, stdout } = await run(['test-connection', '--json'], {});
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual([
      {
        where: `${server.host}:${server.port}`,
        version: expect.stringMatching(/^PostgreSQL \d+/),
        latencyMs: expect.any(Number),
        tls: 'none',
      },
    ]);
  });

  it.each([
    [{}, 'does not support SSL', 'SORTIE_DB_SSLMODE=disable'],
    [
      { SORTIE_DB_SSLMODE: 'disable', SORTIE_DB_PASSWORD: 'wrong-one' },
      'password',
      'SORTIE_DB_PASSWORD',
    ],
    [{ SORTIE_DB_SSLMODE: 'disable', SORTIE_DB_PORT: '1' }, 'ECONNREFUSED', '127.0.0.1:1'],
    [{ SORTIE_DB_SSLMODE: 'disable', SORTIE_DB_NAME: 'nowhere' }, 'not exist', 'SORTIE_DB_NAME'],
  ])('says why it can not be reached, with %j', async (over, why, advice) => {
    const { code, stdout, stderr } = await run(['test-connection'], {
      SORTIE_DB_TYPE: 'postgres',
      SORTIE_DB_HOST: server.host,
      SORTIE_DB_PORT: String(server.port),
      SORTIE_DB_NAME: 'sortie',
      SORTIE_DB_USER: 'sortie',
      SORTIE_DB_PASSWORD: server.password,
      ...over,
    });
    expect(code).toBe(1);
    expect(stdout).toContain('FAILED');
    expect(stdout).toContain(why);
    expect(stdout).toContain(advice);
    expect(stdout + stderr).not.toContain(server.password);
    expect(stdout + stderr).not.toContain('wrong-one');
  });

  it('tells every mistake in the settings', async () => {
    const env = {
      SORTIE_DB_TYPE: 'postgres',
      SORTIE_DB_POOL_MAX: '1',
      SORTIE_DB_PASSWORD_FILE: '/no',
    };
    const { code, stderr } = await run(['test-connection'], env);
    expect(code).toBe(1);
    expect(stderr).toMatch(/SORTIE_DB_PASSWORD_FILE names a file that can't be read: ENOENT/);
    expect(stderr).toMatch(/^SORTIE_DB_POOL_MAX must be at least 2\.$/m);
  });
});
