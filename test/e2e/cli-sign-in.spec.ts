// Goal: `sortie` is signed in to a server elsewhere, with a token or with a code that is answered on the page, and out again;
// what it keeps is its owner's alone, and only what lets somebody in.
// Method: the built command and the built server, each in a process of its own, over HTTP.
import { readFile, rm, stat } from 'node:fs/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startCommand } from '#test/support/command-line.js';
import { type CommandStage, jsonOf, openCommandStage } from '#test/support/command-stage.js';
import { until } from '#test/support/waits.js';

let stage: CommandStage;
let url: string;
let token: string;

beforeAll(async () => {
  stage = await openCommandStage();
  url = stage.sortie.url;
  token = await stage.tokenOf(stage.admin);
});
afterAll(() => stage?.close());

const signedIn = () => stage.run(['sign-in', url, '--with-token'], `${token}\n`);
const kept = () => stage.inFolder('sortie/credentials.json');

describe('signing in', () => {
  beforeEach(() => rm(stage.inFolder('sortie'), { recursive: true, force: true }));

  it('is asked for before anything else', async () => {
    const { code, stderr } = await stage.run(['apps', 'list', '--url', url]);
    expect([code, stderr]).toEqual([4, `You are not signed in to ${url}: sortie sign-in ${url}\n`]);
  });

  it('with a token that nobody has is refused, and keeps nothing', async () => {
    const { code, stderr } = await stage.run(['sign-in', url, '--with-token'], 'srt_nonsense');
    expect([code, stderr.split('\n').length]).toEqual([4, 2]);
    await expect(stat(kept())).rejects.toThrow('ENOENT');
  });

  it('keeps the token where its owner alone can read it, and says who one is', async () => {
    const { code, stdout } = await signedIn();
    expect([code, stdout]).toEqual([0, `Signed in to ${url} as admin (admin).\n`]);
    expect((await stat(kept())).mode & 0o777).toBe(0o600);
    expect((await stat(stage.inFolder('sortie'))).mode & 0o777).toBe(0o700);
    expect(await readFile(kept(), 'utf8')).toContain(token);
    expect(await jsonOf(stage.run(['whoami', '--json']))).toMatchObject({ name: 'admin' });
  });
});

describe('signing in with a code', () => {
  /** Starts it, and resolves with the code that it shows. */
  async function begun() {
    const running = startCommand(['sign-in', url, '--scope', 'apps:read'], stage.env);
    const code = await until(
      'the code is shown',
      () => /this one: (\S+)/.exec(running.stderr())?.[1],
    );
    return { code, running };
  }
  const answer = (user_code: string, approve: boolean) =>
    stage.admin.post('/api/device-codes/approve', { user_code, approve });

  it('waits for a yes on the page, and may then do what was asked for', async () => {
    const { code, running } = await begun();
    const shown = await stage.admin.post('/api/device-codes/show', { user_code: code });
    expect(shown.body).toMatchObject({ scopes: ['apps:read'] });
    expect((await answer(code, true)).status).toBe(204);
    expect(await running.ended).toBe(0);
    expect((await stage.run(['apps', 'list'])).code).toBe(0);
    expect((await stage.run(['users', 'list'])).stderr).toMatch(/users:read/);
  });

  it('ends with a no, and keeps what there was', async () => {
    await signedIn();
    const { code, running } = await begun();
    expect((await answer(code, false)).status).toBe(204);
    expect(await running.ended).toBe(1);
    expect(running.stderr().trim().split('\n')).toHaveLength(4);
    expect((await stage.run(['users', 'list'])).code).toBe(0);
  });
});

describe('signing out', () => {
  it('forgets the token', async () => {
    await signedIn();
    expect((await stage.run(['sign-out'])).code).toBe(0);
    expect(await readFile(kept(), 'utf8')).not.toContain('srt_');
    expect((await stage.run(['--url', url, 'apps', 'list'])).code).toBe(4);
  });
});
