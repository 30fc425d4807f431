// Goal: `sortie` works from anywhere with an API token as a person would expect of such a command: tables and JSON,
// exit codes, and nothing deleted by mistake.
// Method: the built command and the built server, each in a process of its own, over HTTP.
import { readFile, stat, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Ran } from '#test/support/command-line.js';
import { type CommandStage, jsonOf, openCommandStage } from '#test/support/command-stage.js';
import { until } from '#test/support/waits.js';

let stage: CommandStage;

beforeAll(async () => {
  stage = await openCommandStage();
  const { sortie, admin } = stage;
  const { code, stderr } = await run(
    ['sign-in', sortie.url, '--with-token'],
    await stage.tokenOf(admin),
  );
  if (code !== 0) throw new Error(`The sign-in was refused: ${stderr}`);
});
afterAll(() => stage?.close());

const run = (args: readonly string[], input?: string): Promise<Ran> => stage.run(args, input);
const json = <T>(args: readonly string[]): Promise<T> => jsonOf<T>(run([...args, '--json']));

describe('apps', () => {
  it('are listed, added, changed and taken away', async () => {
    const app = { id: 'wiki', name: 'Wiki', url: 'https://wiki.example', category: 'Docs' };
    const added = await run(['apps', 'create', '-f', '-'], JSON.stringify(app));
    expect([added.code, added.stdout]).toEqual([0, '"Wiki" is in the catalogue as wiki.\n']);
    const { stdout } = await run(['apps', 'list']);
    expect(stdout).toMatch(/^ID +NAME +CATEGORY +VISIBILITY +OPENS\n/);
    expect(stdout).toMatch(/^wiki +Wiki +Docs +public +https:\/\/wiki\.example$/m);

    const file = stage.inFolder('wiki.json');
    const shown = await json<object>(['apps', 'show', 'wiki']);
    await writeFile(file, JSON.stringify({ ...shown, name: 'The wiki' }));
    expect((await run(['apps', 'update', 'wiki', '-f', file])).code).toBe(0);

    const dry = await run(['apps', 'delete', 'wiki', '--dry-run']);
    expect([dry.code, dry.stdout]).toEqual([0, '"The wiki" (wiki) would go; it is still there.\n']);
    const unasked = await run(['apps', 'delete', 'wiki']);
    expect(unasked).toMatchObject({ code: 2, stdout: '' });
    expect(unasked.stderr).toMatch(/Say --yes/);
    expect((await run(['apps', 'show', 'wiki'])).code).toBe(0);
    expect((await run(['apps', 'delete', 'wiki', '--yes'])).code).toBe(0);
    expect(await run(['apps', 'show', 'wiki'])).toMatchObject({
      code: 1,
      stderr: 'There is no app "wiki".\n',
    });
  });

  it('that are wrong are refused field by field', async () => {
    const { code, stderr } = await run(['apps', 'create', '-f', '-'], '{"id":"a b","name":""}');
    expect(code).toBe(1);
    expect(stderr).toMatch(/^ {2}id: /m);
    expect(stderr).toMatch(/^ {2}name: /m);
    expect((await run(['apps', 'create', '-f', '-'], 'no json')).code).toBe(2);
    expect((await run(['apps', 'create', '-f', '/nowhere/x.json'])).code).toBe(2);
  });

  it('can not steer the terminal by their names', async () => {
    const app = { id: 'red', name: 'Red \u009b31m', url: 'https://red.example' };
    expect((await stage.admin.post('/api/apps', app)).status).toBe(201);
    const shown = 'Red \u{fffd}31m';
    expect((await run(['apps', 'list'])).stdout).toContain(shown);
    expect((await run(['apps', 'delete', 'red', '--dry-run'])).stdout).toContain(`"${shown}"`);
    expect((await run(['apps', 'delete', 'red'])).stderr).toContain(`"${shown}"`);
  });
});

describe('sessions', () => {
  it('are started, waited for, shown and stopped', async () => {
    const started = await json<{ id: string; status: string }>([
      ...['sessions', 'start', 'terminal', '--wait'],
    ]);
    expect(started.status).toBe('running');
    const { stdout } = await run(['sessions', 'list']);
    expect(stdout).toMatch(new RegExp(`^${started.id} +Terminal +running`, 'm'));
    const dry = await run(['sessions', 'stop', started.id, '-n']);
    expect(dry.stdout).toMatch(/It would end session/);
    const stopped = await json<{ status: string }>(['sessions', 'stop', started.id, '--yes']);
    expect(stopped.status).toBe('stopped');
    expect((await run(['sessions', 'stop', 'nothing', '--yes'])).code).toBe(1);
  });
});

describe('users and the trail', () => {
  it('are there for whoever may', async () => {
    const added = await json<{ user: { id: string }; password: string }>([
      ...['users', 'add', 'una', '--role', 'auditor'],
    ]);
    expect(added.password.length).toBeGreaterThan(20);
    expect((await run(['users', 'list'])).stdout).toMatch(/una +auditor +active/);
    const dry = await run(['users', 'disable', 'Una', '--dry-run']);
    expect(dry.stdout).toMatch(/una .* would be shut out/);
    expect((await run(['users', 'disable', added.user.id, '-y'])).code).toBe(0);
    // The trail is written behind what it tells of.
    const trail = await until('the trail tells of it', async () => {
      const { stdout } = await run(['audit', 'list', '--action', 'DISABLE_USER']);
      return stdout.includes(added.user.id) && stdout;
    });
    expect(trail).toMatch(/^TIME +USER +ACTION +OUTCOME +OF +DETAILS\n/);
  });

  it('are downloaded whole', async () => {
    const file = stage.inFolder('trail.csv');
    const { code, stderr } = await run(['audit', 'download', '--format', 'csv', '-o', file]);
    expect([code, stderr]).toEqual([0, expect.stringMatching(/up to sequence \d+ is in/)]);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readFile(file, 'utf8')).toMatch(/REGISTER_USER|CREATE_USER/);
    const lines = (await run(['audit', 'download', '--user', 'system'])).stdout.trim().split('\n');
    for (const line of lines) expect(JSON.parse(line)).toMatchObject({ user: 'system' });
  });

  it('are closed to a token that was not given them', async () => {
    const given = await stage.tokenFile('narrow', stage.admin, ['apps:read']);
    const narrow = (...args: string[]) => run([...given, ...args]);
    expect((await narrow('apps', 'list')).code).toBe(0);
    const { code, stderr } = await narrow('users', 'list');
    expect([code, stderr]).toEqual([1, expect.stringMatching(/users:read/)]);
    expect((await narrow('sessions', 'start', 'terminal')).code).toBe(1);
  });
});

describe('the command itself', () => {
  it.each([
    [['nothing'], 2],
    [['apps'], 2],
    [['apps', 'show'], 2],
    [['sessions', 'list', '--status', 'odd'], 2],
    [['events', 'follow', '--after', 'x'], 2],
    [['sign-in', 'nonsense', '--with-token'], 2],
    [['--help'], 0],
    [['--url', 'http://127.0.0.1:9', '--token-file', '/dev/null', 'apps', 'list'], 3],
    [['--url', 'https://127.0.0.1:9', 'apps', 'list'], 4],
  ])('%j ends with %i', async (args, code) => {
    expect((await run(args)).code).toBe(code);
  });

  it('completes words in the shells that people have', async () => {
    for (const shell of ['bash', 'zsh', 'fish', 'powershell']) {
      const { code, stdout } = await run(['completion', shell]);
      expect([shell, code, stdout.includes('sortie')]).toEqual([shell, 0, true]);
    }
    expect((await run(['complete', '--', 'sess'])).stdout).toMatch(/^sessions\t/m);
    expect((await run(['complete', '--', 'apps', ''])).stdout).toMatch(/^create\t/m);
  });
});
