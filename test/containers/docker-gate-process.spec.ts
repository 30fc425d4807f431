// Goal: the gate's socket is its owner's alone, and the gate ends in order. Method: real processes and users.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { lstat, rename, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OWNER } from '#test/support/docker-gate.js';
import { askOver, GateStage } from '#test/support/docker-gate-stage.js';
import { until } from '#test/support/waits.js';

let stage: GateStage;
beforeEach(async () => {
  stage = await GateStage.open();
});
afterEach(() => stage.close());

describe('the socket', () => {
  it('is open to its owner and nobody else', async () => {
    const { mode, uid, gid } = await lstat(stage.listenPath);
    expect([(mode & 0o777).toString(8), uid, gid]).toEqual(['660', OWNER.uid, OWNER.gid]);
    const script = `require('net').connect(${JSON.stringify(stage.listenPath)}).on('connect', () => process.exit(0)).on('error', (e) => { console.log(e.code); process.exit(1); })`;
    const as = (id: number) =>
      spawnSync(process.execPath, ['-e', script], { uid: id, gid: id, encoding: 'utf8', cwd: '/' });
    expect(as(OWNER.uid).status).toBe(0);
    expect(as(12_345)).toMatchObject({ status: 1, stdout: 'EACCES\n' });
  });

  it('is taken over from a gate that was killed, not from one that lives', async () => {
    await expect(stage.start()).rejects.toThrow('Another gate listens');
    await stage.stop();
    const left = createServer().listen(stage.listenPath);
    await once(left, 'listening');
    // As a process leaves it that is killed: node would remove it.
    await rename(stage.listenPath, `${stage.listenPath}.left`);
    left.close();
    await once(left, 'close');
    await rename(`${stage.listenPath}.left`, stage.listenPath);
    expect((await lstat(stage.listenPath)).isSocket()).toBe(true);
    await stage.start();
    expect((await stage.ask('GET', '/_ping')).text).toBe('OK');
  });

  it('is not made in the place of a file, nor in a path that is too long', async () => {
    await stage.stop();
    await writeFile(stage.listenPath, 'mine');
    await expect(stage.start()).rejects.toThrow('is no socket');
    const folder = join(stage.folder, 'x'.repeat(120));
    await expect(GateStage.open({ listenPath: folder })).rejects.toThrow('choose a shorter path');
  });
});

describe('a gate that ends', () => {
  it('finishes what is under way, cuts what would never end, and takes its socket away', async () => {
    const session = await stage.newSession();
    const events = stage.ask('GET', '/events').catch((error: Error) => error.message);
    const making = stage.makeDisplay(session);
    await delay(200);
    await stage.stop();
    expect((await making).status).toBe(201);
    expect(await events).toMatch(/aborted|hang up|503/);
    await expect(lstat(stage.listenPath)).rejects.toThrow('ENOENT');
  });
});

describe('sortie docker gate', () => {
  const entry = resolve('dist/services/cli/main.js');
  const args = () => [
    'docker',
    'gate',
    '--listen',
    stage.listenPath,
    '--runtime-dir',
    stage.runtimeDir,
  ];

  it('runs until it is asked to end', async () => {
    await stage.stop();
    const more = ['--owner', '10001:10001', '--memory-max', '1g'];
    const child = spawn(process.execPath, [entry, ...args(), ...more], { cwd: stage.folder });
    let output = '';
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    await until('it listens', () => output.includes('listens on'));
    expect((await askOver(stage.listenPath, 'GET', '/_ping')).text).toBe('OK');
    expect((await askOver(stage.listenPath, 'POST', '/swarm/init')).status).toBe(403);
    // What is printed before an answer may be read after it.
    const line = await until('it is told', () =>
      output
        .split('\n')
        .slice(0, -1)
        .find((one) => one.includes('/swarm/init')),
    );
    expect(JSON.parse(line)).toMatchObject({
      ...{ level: 'warn', status: 403, method: 'POST', url: '/swarm/init' },
    });
    child.kill('SIGTERM');
    const [code] = await once(child, 'exit');
    expect(code).toBe(0);
    await expect(lstat(stage.listenPath)).rejects.toThrow('ENOENT');
  });

  it.each([
    [['--owner', 'sortie'], 'Write it as two numbers'],
    [['--owner', '99999999999:1'], 'Write it as two numbers'],
    [['--engine', 'tcp://127.0.0.1:2375'], 'over a unix socket'],
    [['--memory-max', 'lots'], 'Write it like 512m'],
    [['--subnets', '10.213.0.0'], 'Write it like 10.213.0.0/16'],
    [['--runtime-dir', '/tmp'], "must be a folder of Sortie's own"],
    [['--runtime-dir', '/var/run/x'], "must be a folder of Sortie's own"],
  ])('says in a sentence what is wrong with %j', async (more, sentence) => {
    const { status, stderr } = spawnSync(process.execPath, [entry, ...args(), ...more], {
      ...{ cwd: stage.folder, encoding: 'utf8', timeout: 60_000 },
    });
    // 2 for what the command line can't be, 1 for what turns out wrong when it begins.
    expect([1, 2]).toContain(status);
    expect(stderr).toContain(sentence);
  });
});
