// Goal: Ctrl-C under `npm start`, and a stop of npm alone, both drain the server, end its desktops and exit with 0.
// Method: npm in a process group of its own, as a terminal makes one, with a running desktop; the signal goes to the
// whole group (a terminal's Ctrl-C, which npm hands on a second time) or to npm alone (a service manager).
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Client } from '#test/support/client.js';
import { trackSession } from '#test/support/desktop.js';
import { sortieFolders } from '#test/support/sortie.js';
import { until } from '#test/support/waits.js';

/** The first start of a checkout that has changed builds it. */
const START_MS_MAX = 300_000;

let folders: Awaited<ReturnType<typeof sortieFolders>>;
let npm: ChildProcess;
let output: string;

beforeEach(async () => {
  folders = await sortieFolders();
  output = '';
  const { dataPath, runtimeDir } = folders;
  npm = spawn('npm', ['start', '--', '--port', '0', '--data', dataPath], {
    detached: true,
    env: { ...process.env, SORTIE_RUNTIME_DIR: runtimeDir },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  npm.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  npm.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
});
afterEach(async () => {
  if (npm.exitCode === null && npm.signalCode === null) process.kill(-(npm.pid ?? 0), 'SIGKILL');
  await folders.remove();
});

const found = (pattern: RegExp): string | undefined => pattern.exec(output)?.[1];

it.each([
  ['Ctrl-C in a terminal', (pid: number) => process.kill(-pid, 'SIGINT')],
  ['a stop of npm alone', (pid: number) => process.kill(pid, 'SIGTERM')],
])(
  '%s ends the desktops and exits with 0',
  async (_, stop) => {
    const url = await until('it is ready', () => found(/is ready: (\S+)/), START_MS_MAX);
    const password = await until('the password', () => found(/Password:\s+(\S+)/));
    const client = await new Client(url).signIn('admin', password);
    const { body } = await client.post('/api/sessions', { app_id: 'terminal' });
    const session = async () => (await client.get(`/api/sessions/${body.id}`)).body;
    await until('it runs', async () => (await session()).status === 'running');
    const processes = trackSession(folders.runtimeDir, body.id);
    await until('its processes run', () => processes() > 1);
    // Not `exit`: what was printed last would still be on its way.
    const exited = once(npm, 'close');
    stop(npm.pid ?? 0);
    expect(await exited).toEqual([0, null]);
    expect(output).toContain('Stopping');
    expect(processes()).toBe(0);
  },
  2 * START_MS_MAX,
);
