// Goal: `sortie` works from anywhere with an API token as a person would expect of such a command: tables and JSON,
// exit codes, nothing deleted by mistake, and a stream of events that survives a broken connection.
// Method: the built command and the built server, each in a process of its own, over HTTP.
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Client } from '#test/support/client.js';
import { type Ran, runSortie, spawnCommand } from '#test/support/command-line.js';
import { freePort } from '#test/support/free-port.js';
import { administrator } from '#test/support/people.js';
import { sortieFolders, startSortie, type Sortie } from '#test/support/sortie.js';
import { until } from '#test/support/waits.js';

const SCOPES = ['apps', 'sessions', 'users', 'audit', 'operations'];
const ALL = SCOPES.flatMap((area) => [`${area}:read`, `${area}:write`]);

let folders: Awaited<ReturnType<typeof sortieFolders>>;
let config: string;
let sortie: Sortie;
let port: number;
let admin: Client;
let token: string;

beforeAll(async () => {
  folders = await sortieFolders();
  config = await mkdtemp(join(tmpdir(), 'sortie-config-'));
  port = await freePort();
  sortie = await startSortie({ ...folders, port });
  admin = await administrator(sortie);
  token = await tokenWith(ALL);
});
afterAll(async () => {
  await sortie?.end();
  await folders?.remove();
  await rm(config, { recursive: true, force: true });
});

async function tokenWith(scopes: readonly string[]): Promise<string> {
  const { body } = await admin.post('/api/me/tokens', { name: 'cli', scopes, expires_in_days: 1 });
  return body.token;
}

const run = (args: readonly string[], input?: string): Promise<Ran> =>
  runSortie(args, { env: { XDG_CONFIG_HOME: config }, ...(input !== undefined && { input }) });

async function json<T>(args: readonly string[], input?: string): Promise<T> {
  const ran = await run([...args, '--json'], input);
  expect(ran.code, ran.stderr).toBe(0);
  return JSON.parse(ran.stdout) as T;
}

describe('signing in', () => {
  it('is asked for before anything else', async () => {
    const { code, stderr } = await run(['apps', 'list', '--url', sortie.url]);
    expect([code, stderr]).toEqual([
      4,
      `You are not signed in to ${sortie.url}: sortie sign-in ${sortie.url}\n`,
    ]);
  });

  it('with a token that nobody has is refused, and keeps nothing', async () => {
    const { code, stderr } = await run(['sign-in', sortie.url, '--with-token'], 'srt_nonsense');
    expect([code, stderr.split('\n').length]).toEqual([4, 2]);
    await expect(stat(join(config, 'sortie', 'credentials.json'))).rejects.toThrow('ENOENT');
  });

  it('keeps the token where its owner alone can read it, and says who one is', async () => {
    const { code, stdout } = await run(['sign-in', sortie.url, '--with-token'], `${token}\n`);
    expect([code, stdout]).toEqual([0, `Signed in to ${sortie.url} as admin (admin).\n`]);
    const kept = join(config, 'sortie', 'credentials.json');
    expect((await stat(kept)).mode & 0o777).toBe(0o600);
    expect((await stat(join(config, 'sortie'))).mode & 0o777).toBe(0o700);
    expect(await readFile(kept, 'utf8')).toContain(token);
    expect((await json<{ name: string }>(['whoami'])).name).toBe('admin');
  });
});

describe('signing in with a code', () => {
  /** Starts it, and resolves with the code that it shows and its end. */
  async function begun() {
    const child = spawnCommand(['sign-in', sortie.url, '--scope', 'apps:read'], {
      XDG_CONFIG_HOME: config,
    });
    let told = '';
    child.stderr?.on('data', (chunk: Buffer) => (told += chunk.toString()));
    const ended = once(child, 'exit').then(([code]) => ({ code: Number(code), told }));
    const code = await until('the code is shown', () => /this one: (\S+)/.exec(told)?.[1]);
    return { code, ended };
  }
  const answer = (user_code: string, approve: boolean) =>
    admin.post('/api/device-codes/approve', { user_code, approve });

  it('waits for a yes on the page, and may then do what was asked for', async () => {
    const { code, ended } = await begun();
    const shown = await admin.post('/api/device-codes/show', { user_code: code });
    expect(shown.body).toMatchObject({ scopes: ['apps:read'] });
    expect((await answer(code, true)).status).toBe(204);
    expect((await ended).code).toBe(0);
    expect((await run(['apps', 'list'])).code).toBe(0);
    expect((await run(['users', 'list'])).stderr).toMatch(/users:read/);
    await run(['sign-in', sortie.url, '--with-token'], token);
  });

  it('ends with a no, and keeps what there was', async () => {
    const { code, ended } = await begun();
    expect((await answer(code, false)).status).toBe(204);
    const { code: exit, told } = await ended;
    expect([exit, told.trim().split('\n').length]).toEqual([1, 4]);
    expect((await run(['users', 'list'])).code).toBe(0);
  });
});

describe('apps', () => {
  it('are listed, added, changed and taken away', async () => {
    const app = { id: 'wiki', name: 'Wiki', url: 'https://wiki.example', category: 'Docs' };
    const added = await run(['apps', 'create', '-f', '-'], JSON.stringify(app));
    expect([added.code, added.stdout]).toEqual([0, '"Wiki" is in the catalogue as wiki.\n']);
    const { stdout } = await run(['apps', 'list']);
    expect(stdout).toMatch(/^ID +NAME +CATEGORY +VISIBILITY +OPENS\n/);
    expect(stdout).toMatch(/^wiki +Wiki +Docs +public +https:\/\/wiki\.example$/m);

    const file = join(config, 'wiki.json');
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

  it('can not steer the terminal', async () => {
    const { body } = await admin.post('/api/sessions', { app_id: 'nothing\u001b[2J' });
    expect(body.code).toBeDefined();
    const { stdout } = await run(['audit', 'list']);
    // oxlint-disable-next-line no-control-regex
    expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
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
    const dry = await run(['users', 'disable', added.user.id, '--dry-run']);
    expect(dry.stdout).toMatch(/una .* would be shut out/);
    expect((await run(['users', 'disable', added.user.id, '-y'])).code).toBe(0);
    expect((await run(['audit', 'list', '--action', 'DISABLE_USER'])).stdout).toContain(
      added.user.id,
    );
  });

  it('are downloaded whole', async () => {
    const file = join(config, 'trail.csv');
    const { code, stderr } = await run(['audit', 'download', '--format', 'csv', '-o', file]);
    expect([code, stderr]).toEqual([0, expect.stringMatching(/up to sequence \d+ is in/)]);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readFile(file, 'utf8')).toMatch(/REGISTER_USER|CREATE_USER/);
    const lines = (await run(['audit', 'download', '--user', 'system'])).stdout.trim().split('\n');
    for (const line of lines) expect(JSON.parse(line)).toMatchObject({ user: 'system' });
  });

  it('are closed to a token that was not given them', async () => {
    const file = join(config, 'narrow');
    await writeFile(file, await tokenWith(['apps:read']));
    const narrow = (...args: string[]) => run(['--url', sortie.url, '--token-file', file, ...args]);
    expect((await narrow('apps', 'list')).code).toBe(0);
    const { code, stderr } = await narrow('users', 'list');
    expect([code, stderr]).toEqual([1, expect.stringMatching(/users:read/)]);
    expect((await narrow('sessions', 'start', 'terminal')).code).toBe(1);
  });
});

describe('events', () => {
  it('are followed over a restart of the server, each of them once', async () => {
    const cursor = join(config, 'cursor');
    const child = spawnCommand(['events', 'follow', '--cursor', cursor], {
      XDG_CONFIG_HOME: config,
    });
    let text = '';
    let told = '';
    child.stdout?.on('data', (chunk: Buffer) => (text += chunk.toString()));
    child.stderr?.on('data', (chunk: Buffer) => (told += chunk.toString()));
    const seen = (name: string) => text.split(`"name":"${name}"`).length - 1;
    const add = (name: string) => admin.post('/api/apps', { name, url: 'https://a.example' });
    try {
      await until('it listens', async () => readFile(cursor, 'utf8').catch(() => undefined));
      await add('before');
      await until('the first is heard', () => seen('before') || undefined);
      await sortie.end();
      sortie = await startSortie({ ...folders, port }, sortie.password);
      admin = await administrator(sortie);
      const before = await readFile(cursor, 'utf8');
      await add('after');
      await until('the second is heard', () => seen('after') || undefined, 60_000);
      // Its place is kept after it is printed: whoever is ended in between hears it again.
      await until('its place is kept', async () => {
        return (await readFile(cursor, 'utf8')) !== before || undefined;
      });
      expect([seen('before'), seen('after')]).toEqual([1, 1]);
      expect(told).toContain('trying again');
      for (const line of text.trim().split('\n')) {
        expect(JSON.parse(line)).toMatchObject({ specversion: '1.0' });
      }
    } finally {
      child.kill();
      await once(child, 'exit');
    }
    await add('while away');
    const again = spawnCommand(['events', 'follow', '--cursor', cursor], {
      XDG_CONFIG_HOME: config,
    });
    let later = '';
    again.stdout?.on('data', (chunk: Buffer) => (later += chunk.toString()));
    await until('what it missed is told', () => later.includes('while away') || undefined);
    expect(later).not.toContain('"after"');
    again.kill();
    await once(again, 'exit');
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

  it('forgets the token on signing out', async () => {
    expect((await run(['sign-out'])).code).toBe(0);
    expect(await readFile(join(config, 'sortie', 'credentials.json'), 'utf8')).not.toContain(
      'srt_',
    );
    expect((await run(['--url', sortie.url, 'apps', 'list'])).code).toBe(4);
  });
});
