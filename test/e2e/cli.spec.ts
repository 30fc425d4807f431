// Goal: the `sortie` command looks at a running server and mends it, and says in a sentence when it can't.
// Method: the built command and the built server, each in a process of its own.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Client } from '#test/support/client.js';
import { type Ran, runSortie } from '#test/support/command-line.js';
import { administrator } from '#test/support/people.js';
import { sortieFolders, startSortie, type Sortie } from '#test/support/sortie.js';
import { until } from '#test/support/waits.js';

type Projections = Readonly<{ head: number; projections: { name: string; lag: number }[] }>;

/** Each table takes a start of the command, and there are many. */
const REBUILT_MS = 300_000;

let folders: Awaited<ReturnType<typeof sortieFolders>>;
let sortie: Sortie;
let admin: Client;

beforeAll(async () => {
  folders = await sortieFolders();
  sortie = await startSortie(folders);
  admin = await administrator(sortie);
});
afterAll(async () => {
  await sortie?.end();
  await folders?.remove();
});

const run = (args: readonly string[], data = folders.dataPath): Promise<Ran> =>
  runSortie(args, { env: { SORTIE_DATA: data, XDG_CONFIG_HOME: `${folders.dataPath}-config` } });

describe('projections', () => {
  it('are listed, for people and for programs', async () => {
    const text = await run(['projections', 'list']);
    expect(text).toMatchObject({ code: 0, stderr: '' });
    expect(text.stdout).toMatch(/^PROJECTION +CHECKPOINT +LAG +STATUS\n/);
    expect(text.stdout).toMatch(/^catalog\.applications +\d+ +\d+ +live$/m);
    // A table follows the log: right after a start or a change it may be behind.
    const caughtUp = await until('all of them have caught up', async () => {
      const { stdout } = await run(['projections', 'list', '--json']);
      const { head, projections } = JSON.parse(stdout) as Projections;
      return projections.every(({ lag }) => lag === 0) && { head, projections };
    });
    expect(caughtUp.head).toBeGreaterThan(4);
    expect(caughtUp.projections.length).toBeGreaterThan(8);
  });

  it(
    'are rebuilt, each to the hash that it had',
    async () => {
      for (let n = 0; n < 5; n += 1) await admin.post('/api/apps/novnc/launch');
      const { projections } = JSON.parse((await run(['--json', 'projections', 'list'])).stdout);
      for (const { name } of projections as { name: string }[]) {
        const rebuilt = await run(['projections', 'rebuild', name, '--json']);
        expect(rebuilt.code, rebuilt.stderr).toBe(0);
        const { hashBefore, hashAfter } = JSON.parse(rebuilt.stdout);
        expect(hashAfter, name).toBe(hashBefore);
        expect(hashAfter).toMatch(/^[0-9a-f]{64}$/);
      }
      const told = await run(['projections', 'rebuild', 'catalog.applications']);
      expect(told.stdout).toMatch(/its hash is the same as before:\n[0-9a-f]{64}\n$/);
      const hash = await run(['projections', 'hash', 'catalog.applications']);
      expect(hash.stdout).toContain(told.stdout.trim().split('\n').at(-1));
    },
    REBUILT_MS,
  );

  it.each(['catalog.nothing', 'nothing', '../x', 'toString.x'])(
    'called %s are not there',
    async (name) => {
      for (const verb of ['hash', 'rebuild']) {
        const { code, stdout, stderr } = await run(['projections', verb, name]);
        expect([code, stdout]).toEqual([1, '']);
        expect(stderr).toMatch(/projection/);
        expect(stderr.trim().split('\n')).toHaveLength(1);
      }
    },
  );
});

describe('admin reset-password', () => {
  it('gives a password that signs in, and ends the sign-ins there were', async () => {
    const before = await new Client(sortie.url).signIn('admin', sortie.password);
    const { code, stdout } = await run(['admin', 'reset-password', 'admin', '--json']);
    expect(code).toBe(0);
    const { password } = JSON.parse(stdout);
    expect((await before.get('/api/me')).status).toBe(401);
    const after = new Client(sortie.url);
    await after.post('/api/sign-in', { name: 'admin', password });
    expect((await after.get('/api/me')).body.must_change_password).toBe(true);
    expect((await after.get('/api/apps')).body.code).toBe('PasswordChangeRequired');
  });

  it('of an unknown name says so', async () => {
    const { code, stderr } = await run(['admin', 'reset-password', 'nobody-here']);
    expect([code, stderr]).toEqual([1, 'There is no user of that name.\n']);
  });

  it('is not for administrators on the network', async () => {
    const { status } = await admin.post('/api/users/reset-password', { name: 'admin' });
    expect([401, 403]).toContain(status);
  });
});

it('without a server says so, and where it looked', async () => {
  const { code, stdout, stderr } = await run(['projections', 'list'], '/nowhere/data');
  expect([code, stdout]).toEqual([3, '']);
  expect(stderr).toContain(
    'Sortie is not running on this data folder (/nowhere/data/control.sock)',
  );
});

it.each([[['nonsense']], [['projections', 'rebuild']]])(
  '%j is told how to be said',
  async (args) => {
    const { code, stderr } = await run(args);
    expect(code).toBe(2);
    expect(stderr).toMatch(/error: (unknown command|missing required argument)/);
  },
);

it('writes the configuration of a NATS server without any server', async () => {
  const out = `${folders.runtimeDir}/nats`;
  const args = ['nats', 'config', '--out', out, '--process', 'all=gateway,identity', '--json'];
  const { code, stdout, stderr } = await run(args, '/nowhere/data');
  expect([code, stderr]).toEqual([0, '']);
  expect(JSON.parse(stdout)).toMatchObject({
    configPath: `${out}/nats-server.conf`,
    processes: [{ name: 'all', nkeyPath: `${out}/all.nkey`, isNew: true }],
    missing: ['catalog', 'session', 'audit'],
  });
  const wrong = await run(['nats', 'config', '--out', out, '--process', 'all=gatway']);
  expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringContaining('can\'t host "gatway"')]);
});
