// Goal: what the process runtime driver promises beyond the contract: safe folders, files that sessions cannot
//       turn against the server, pids that come again, sentences for what is missing, and a server without root.
// Method: real sessions on this machine; records are edited to stand for a reused pid and an earlier boot.
import { once } from 'node:events';
import {
  chmod,
  chown,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  openProcessRuntimeDriver,
  type ProcessRuntimeSettings,
} from '#services/session/adapters/process-runtime-driver.js';
import { listProcesses } from '#services/session/adapters/process-table.js';
import type { RuntimeDriver } from '#services/session/adapters/runtime-driver.js';
import { buildRuntimeServer } from '#test/support/runtime-server-process.js';
import { until } from '#test/support/waits.js';

const NOBODY = 65_534;
const LOG_BYTES_MAX = 256 * 1024;
const isRoot = process.getuid?.() === 0;

let folder: string;
let runtimeDir: string;
const drivers: RuntimeDriver[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sortie-process-'));
  await chmod(folder, 0o755);
  runtimeDir = join(folder, 'run');
});

afterEach(async () => {
  for (const driver of drivers.splice(0)) {
    for (const { sessionId } of await driver.list()) await driver.stop(sessionId);
    await driver.close();
  }
  await rm(folder, { recursive: true, force: true });
});

async function open(settings: Partial<ProcessRuntimeSettings> = {}): Promise<RuntimeDriver> {
  const driver = await openProcessRuntimeDriver({ runtimeDir, ...settings });
  drivers.push(driver);
  return driver;
}

const spec = (script?: string) => ({
  sessionId: 's1',
  image: 'sortie/terminal',
  geometry: { width: 640, height: 480 },
  lifetimeSeconds: 60,
  ...(script !== undefined && { command: ['sh', '-c', script] }),
});
const deadline = () => AbortSignal.timeout(40_000);
/** What a script waits for that is to do something to a session that runs, and how a test says so. */
const UNTIL_TOLD = 'until [ -e go ]; do sleep 0.1; done';
const tellIt = () => writeFile(join(runtimeDir, 's1/home/go'), '');
const recordFile = () => join(runtimeDir, '.server', 's1.json');

async function editRecord(edit: (record: Record<string, unknown>) => object): Promise<string> {
  const before = await readFile(recordFile(), 'utf8');
  await writeFile(
    recordFile(),
    JSON.stringify(edit(JSON.parse(before) as Record<string, unknown>)),
  );
  return before;
}

describe('what is missing is said in one sentence', () => {
  it('names the package of the display server', async () => {
    const driver = await open({ path: '/nonexistent' });
    await expect(driver.start(spec(), deadline())).rejects.toMatchObject({
      code: 'ProgramMissing',
      message:
        "Xtigervnc isn't installed, and container apps need it: run `apt-get install tigervnc-standalone-server`.",
    });
    expect(await driver.list()).toEqual([]);
  });

  it('names the package of the sandbox', async () => {
    const path = join(folder, 'bin');
    await mkdir(path);
    for (const program of ['Xtigervnc', 'matchbox-window-manager', 'xprop', 'prlimit', 'setpriv']) {
      await symlink(`/usr/bin/${program}`, join(path, program));
    }
    const driver = await open({ path, isolation: 'sandbox' });
    await expect(driver.start(spec(), deadline())).rejects.toThrow('apt-get install bubblewrap');
    expect(await driver.list()).toEqual([]);
  });

  it('names an image that no command stands for', async () => {
    const started = (await open()).start({ ...spec(), image: 'acme/cad' }, deadline());
    await expect(started).rejects.toMatchObject({ code: 'UnknownImage' });
  });

  it.each([0, 63, 8193, 640.5, Number.NaN])('refuses a display %s pixels wide', async (width) => {
    const started = (await open()).start(
      { ...spec(), geometry: { width, height: 480 } },
      deadline(),
    );
    await expect(started).rejects.toMatchObject({ code: 'InvalidSpec' });
  });

  it.each(['', '../x', '.server', 'a/b', 'x'.repeat(64)])(
    'refuses the session id "%s"',
    async (id) => {
      const driver = await open();
      const started = driver.start({ ...spec(), sessionId: id }, deadline());
      await expect(started).rejects.toMatchObject({ code: 'InvalidSpec' });
      await expect(driver.stop(id)).rejects.toMatchObject({ code: 'InvalidSpec' });
    },
  );
});

describe('the runtime folder', () => {
  it('is passable for sessions and readable for the server alone', async () => {
    await open();
    expect((await stat(runtimeDir)).mode & 0o777).toBe(0o711);
    expect((await stat(join(runtimeDir, '.server'))).mode & 0o777).toBe(0o700);
  });

  it('is refused when it is a link', async () => {
    await mkdir(join(folder, 'elsewhere'));
    await symlink(join(folder, 'elsewhere'), runtimeDir);
    await expect(open()).rejects.toMatchObject({ code: 'RuntimeDirUnsafe' });
  });

  it.runIf(isRoot)('is refused when it is of another user', async () => {
    await mkdir(runtimeDir);
    await chown(runtimeDir, NOBODY, NOBODY);
    await expect(open()).rejects.toMatchObject({ code: 'RuntimeDirUnsafe' });
  });

  it.runIf(isRoot)('is refused when sessions could not pass to it', async () => {
    await chmod(folder, 0o700);
    await expect(open()).rejects.toThrow(`chmod o+x ${folder}`);
  });

  it('is refused when its socket paths would be too long', async () => {
    runtimeDir = join(folder, 'x'.repeat(80));
    await expect(open()).rejects.toThrow(/socket paths of \d+ bytes and the system allows 107/);
  });
});

describe('files of a session', () => {
  it('are not followed where the viewer socket should be', async () => {
    const driver = await open();
    const started = driver.start(
      spec('ln -sf /run/other.sock ../rfb.sock; exec xterm'),
      deadline(),
    );
    await expect(started).rejects.toThrow('The session replaced the socket of its display.');
    expect(await driver.list()).toEqual([]);
  });

  it('are not followed where its last words should be', async () => {
    await writeFile(join(folder, 'secret'), 'a secret', { mode: 0o600 });
    const driver = await open();
    const exits: string[] = [];
    driver.onExit((_, reason) => exits.push(reason));
    const script = `ln -s ${folder}/secret ../end; exec xterm -e sh -c '${UNTIL_TOLD}'`;
    await driver.start(spec(script), deadline());
    await tellIt();
    await until('the exit', () => exits.length > 0);
    expect(exits).toEqual(['its first process was killed']);
  });

  it('keep the first of what the app prints, bounded, without holding the app up', async () => {
    const driver = await open();
    const script = 'head -c 5000000 /dev/zero | tr "\\0" x; echo >printed; exec xterm';
    await driver.start(spec(script), deadline());
    await until('the printing', () => stat(join(runtimeDir, 's1/home/printed')).catch(() => false));
    expect((await stat(join(runtimeDir, 's1/log'))).size).toBeLessThanOrEqual(LOG_BYTES_MAX);
  });

  it('are removed from public places, and however deep', async () => {
    const driver = await open({ isolation: isRoot ? 'uid' : 'sandbox' });
    const left = ['/tmp', '/var/tmp', '/dev/shm'].map(
      (where) => `${where}/sortie-left-${process.pid}`,
    );
    const deep =
      'name=$(printf %0200d 0); for n in $(seq 30); do mkdir $name && cd -P $name || break; done; echo >bottom';
    await driver.start(spec(`touch ${left.join(' ')}; (${deep}); exec xterm`), deadline());
    expect(await driver.stop('s1')).toBe('terminated');
    const found = await Promise.all(left.map((file) => stat(file).catch(() => undefined)));
    expect(found).toEqual([undefined, undefined, undefined]);
    await expect(stat(join(runtimeDir, 's1'))).rejects.toThrow('ENOENT');
  });
});

describe('records', () => {
  it('show a session dead whose pid names another process by now', async () => {
    const driver = await open();
    await driver.start(spec(), deadline());
    await editRecord((record) => ({ ...record, supervisor: { pid: process.pid, startTime: '1' } }));
    expect(await driver.inspect('s1')).toMatchObject({ state: 'dead' });
  });

  it.runIf(isRoot)('of an earlier boot end no process, whoever has the uid now', async () => {
    const driver = await open();
    await driver.start(spec(), deadline());
    const before = await editRecord((record) => ({ ...record, bootId: 'another' }));
    const { uid } = JSON.parse(before) as { uid: number };
    expect(await driver.stop('s1')).toBe('gone');
    expect(listProcesses().filter((one) => one.uids.includes(uid)).length).toBeGreaterThan(3);
    await writeFile(recordFile(), before);
    expect(await driver.stop('s1')).not.toBe('gone');
  });

  it('that cannot be read still lead to the session', async () => {
    const driver = await open();
    await driver.start(spec(), deadline());
    await writeFile(recordFile(), '{');
    expect(await driver.list()).toMatchObject([{ sessionId: 's1', state: 'dead' }]);
    expect(await driver.stop('s1')).toBe('terminated');
    expect(await driver.list()).toEqual([]);
  });
});

describe.each(['s1.json.new', 's1.json', 's1.sock'])('a lone %s of a server that died', (name) => {
  it('is listed and removed by a stop', async () => {
    const driver = await open();
    await writeFile(join(runtimeDir, '.server', name), '');
    expect(await driver.list()).toMatchObject([{ sessionId: 's1', state: 'dead' }]);
    expect(await driver.stop('s1')).toBe('gone');
    expect(await driver.list()).toEqual([]);
    expect(await readdir(join(runtimeDir, '.server'))).toEqual([]);
  });
});

describe('sessions', () => {
  it('give up a start at its deadline, garbage collected or not', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const timer = setInterval(collect, 50);
    const started = (await open()).start(spec('sleep 300'), AbortSignal.timeout(500));
    await expect(started).rejects.toMatchObject({ code: 'StartTimedOut' });
    clearInterval(timer);
  });

  it('end with their display, and the reason says so', async () => {
    const driver = await open();
    const exits: string[] = [];
    driver.onExit((_, reason) => exits.push(reason));
    const ignoring = "trap '' HUP; while :; do sleep 1; done";
    await driver.start(
      spec(`(${UNTIL_TOLD}; pkill -KILL Xtigervnc) & (${ignoring}) & exec xterm -e cat`),
      deadline(),
    );
    await tellIt();
    await until('the exit', () => exits.length > 0);
    expect(exits[0]).toMatch(/^(the display server ended|the app ended with status \d+)$/);
    expect(await driver.stop('s1')).not.toBe('gone');
  });

  it.runIf(isRoot)('never share a uid', async () => {
    const driver = await open({ uids: { min: 61_190, max: 61_191 } });
    const start = (sessionId: string) => driver.start({ ...spec(), sessionId }, deadline());
    await Promise.all([start('s1'), start('s2')]);
    const owners = ['s1', 's2'].map(async (id) => (await stat(join(runtimeDir, id))).uid);
    expect((await Promise.all(owners)).toSorted((a, b) => a - b)).toEqual([61_190, 61_191]);
    await expect(start('s3')).rejects.toThrow('All 2 session uids (61190 to 61191) are in use');
  });

  it.runIf(isRoot)('start and stop for a server that is not root', async () => {
    const program = await buildRuntimeServer();
    await mkdir(runtimeDir);
    await chown(runtimeDir, NOBODY, NOBODY);
    const args = [JSON.stringify({ runtimeDir }), JSON.stringify(spec())];
    const server = await program.run('running', args, NOBODY);
    const own = () => listProcesses().filter((one) => one.uids.includes(NOBODY));
    expect(own().map((one) => one.program)).toContain('Xtigervnc');
    const ended = once(server, 'exit');
    server.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
    expect(own()).toEqual([]);
    await expect(stat(join(runtimeDir, 's1'))).rejects.toThrow('ENOENT');
    await program.remove();
  });
});
