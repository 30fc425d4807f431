// Goal: what goes wrong around a session in Docker is said in a sentence, is told once, and leaves nothing.
// Method: real containers that end, grow and hang; an engine that is away, cut off and comes back, by a unix socket in
//         front of it; all at this machine's engine.
import { createServer } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DESKTOP_IMAGES, docker } from '#test/support/docker-images.js';
import { DOCKER_SOCKET, DockerStage } from '#test/support/docker-stage.js';
import { openUnixProxy } from '#test/support/unix-proxy.js';
import { until } from '#test/support/waits.js';

const stage = new DockerStage();
const MIB = 1024 ** 2;
const PATIENCE_MS = 60_000;

describe('the end of a session', () => {
  it('says that the app used up its memory', async () => {
    const driver = await stage.open({ limits: { memoryBytes: 96 * MIB } });
    const exits: string[] = [];
    driver.onExit((_, reason) => exits.push(reason));
    const grow = 'xterm & sleep 5; exec tail /dev/zero';
    await stage.start(driver, stage.spec(undefined, { command: ['sh', '-c', grow] }));
    await until('the exit', () => exits.length > 0, PATIENCE_MS);
    expect(exits).toEqual(['the app used up its memory of 96 MiB (SORTIE_SESSION_MEMORY)']);
  });

  it('comes to both at once, whichever ends: the display', async () => {
    const driver = await stage.open();
    const exits: string[] = [];
    driver.onExit((_, reason) => exits.push(reason));
    const stubborn = "trap '' TERM HUP INT; xterm & while :; do sleep 1; done";
    const runtime = await stage.start(
      driver,
      stage.spec(undefined, { command: ['sh', '-c', stubborn] }),
    );
    const count = await stage.machine.trackProcesses(runtime.sessionId);
    await docker('kill', `${runtime.name}-display`);
    await until('the exit', () => exits.length > 0, PATIENCE_MS);
    expect(exits).toEqual(['the display server ended']);
    expect(count()).toBe(0);
    expect(await driver.list()).toEqual([{ ...runtime, state: 'dead' }]);
    expect(await driver.stop(runtime.sessionId)).toBe('gone');
  });

  it('is told of containers that somebody else removes', async () => {
    const driver = await stage.open();
    const exits: string[] = [];
    driver.onExit((_, reason) => exits.push(reason));
    const runtime = await stage.start(driver, stage.spec());
    await docker('rm', '--force', runtime.name);
    await until('the exit', () => exits.length > 0, PATIENCE_MS);
    expect(exits).toHaveLength(1);
    expect(await driver.inspect(runtime.sessionId)).toMatchObject({ state: 'dead' });
  });

  it('comes with its longest time, though no server is left to end it', async () => {
    const first = await stage.open();
    const stubborn = "trap '' TERM HUP INT; xterm & while :; do sleep 1; done";
    const runtime = await stage.start(
      first,
      stage.spec(undefined, { command: ['sh', '-c', stubborn], lifetimeSeconds: 15 }),
    );
    const count = await stage.machine.trackProcesses(runtime.sessionId);
    await first.close();
    expect(count()).toBeGreaterThan(3);
    await until('the end', () => count() === 0, PATIENCE_MS);
    const next = await stage.open();
    expect(await next.list()).toEqual([{ ...runtime, state: 'dead' }]);
  });

  it('is told as the longest time where somebody hears it', async () => {
    const driver = await stage.open();
    const exits: string[] = [];
    driver.onExit((_, reason) => exits.push(reason));
    await stage.start(driver, stage.spec(undefined, { lifetimeSeconds: 15 }));
    await until('the exit', () => exits.length > 0, PATIENCE_MS);
    expect(exits).toEqual(['its longest time was over']);
  });
});

describe('a start that can not be', () => {
  it.each([
    ['Not An Image', 'InvalidSpec', "can't name an image"],
    [
      'sortie/no-such-image:test',
      'ImageUnavailable',
      "sortie/no-such-image:test isn't on the engine",
    ],
  ])('of the image "%s" says so', async (image, code, sentence) => {
    const driver = await stage.open();
    const started = stage.start(driver, stage.spec(undefined, { image }));
    await expect(started).rejects.toMatchObject({
      code,
      message: expect.stringContaining(sentence),
    });
    expect(await driver.list()).toEqual([]);
  });

  it('says that a program may not be run', async () => {
    const driver = await stage.open();
    const started = stage.start(driver, stage.spec(undefined, { command: ['/etc/passwd'] }));
    await expect(started).rejects.toThrow("the app's program /etc/passwd may not be run");
  });

  it('keeps the last words of the app for the log', async () => {
    const driver = await stage.open();
    const command = ['sh', '-c', 'echo one; echo two >&2; exit 5'];
    await expect(stage.start(driver, stage.spec(undefined, { command }))).rejects.toMatchObject({
      message: 'The session did not start: the app ended with status 5.',
      detail: expect.stringMatching(/one\s+two|two\s+one/),
    });
  });

  it('says what the engine refuses', async () => {
    const driver = await stage.open({ limits: { cpus: 500 } });
    await expect(stage.start(driver, stage.spec())).rejects.toMatchObject({
      code: 'EngineRefused',
      message: expect.stringContaining('Range of CPUs'),
    });
    expect(await driver.list()).toEqual([]);
  });
});

describe('an engine that is away', () => {
  it('is told at the start and with each request, and keeps nobody from opening the driver', async () => {
    const troubles: string[] = [];
    const socketPath = join(stage.folder, 'nobody.sock');
    const driver = await stage.open({ socketPath, onTrouble: (said) => troubles.push(said) });
    const sentence = `The Docker engine can't be used: nothing answers at ${socketPath}. Start it (systemctl start docker), or have SORTIE_DOCKER_HOST name its socket.`;
    expect(troubles).toEqual([sentence]);
    const unavailable = { code: 'EngineUnavailable', message: sentence };
    await expect(stage.start(driver, stage.spec())).rejects.toMatchObject(unavailable);
    await expect(driver.list()).rejects.toMatchObject(unavailable);
  });

  it('is found when it comes', async () => {
    const path = join(stage.folder, 'late.sock');
    const driver = await stage.open({ socketPath: path });
    const proxy = await openUnixProxy(path, DOCKER_SOCKET);
    expect(await stage.start(driver, stage.spec())).toMatchObject({ state: 'running' });
    await proxy.close();
  });

  it('that never answers holds nobody up for long', async () => {
    const path = join(stage.folder, 'mute.sock');
    const mute = createServer(() => undefined).listen(path);
    const driver = await stage.open({ socketPath: path });
    const started = driver.start(stage.spec(), AbortSignal.timeout(1_000));
    await expect(started).rejects.toMatchObject({ code: 'EngineUnavailable' });
    await driver.close();
    mute.closeAllConnections();
    mute.close();
  }, 120_000);
});

describe('a connection to the engine that is cut', () => {
  it('costs no exit: what ended meanwhile is told once when it is back', async () => {
    const proxy = await openUnixProxy(join(stage.folder, 'engine.sock'), DOCKER_SOCKET);
    const driver = await stage.open({ socketPath: proxy.path });
    const exits: string[] = [];
    driver.onExit((sessionId, reason) => exits.push(`${sessionId} ${reason}`));
    const { sessionId, name } = await stage.start(driver, stage.spec());
    const kept = await stage.start(driver, stage.spec());
    proxy.cut();
    await docker('kill', '--signal', 'TERM', name);
    await until(
      'the end',
      async () => (await docker('inspect', '--format', '{{.State.Running}}', name)) === 'false',
      PATIENCE_MS,
    );
    expect(exits).toEqual([]);
    proxy.mend();
    await until('the exit', () => exits.length > 0, PATIENCE_MS);
    expect(exits).toEqual([`${sessionId} the app ended with status 15`]);
    await docker('kill', '--signal', 'TERM', kept.name);
    await until('the other exit', () => exits.length > 1, PATIENCE_MS);
    expect(exits[1]).toBe(`${kept.sessionId} the app ended with status 15`);
    await proxy.close();
  });

  it('in the middle of a start leaves nothing that a stop does not find', async () => {
    const proxy = await openUnixProxy(join(stage.folder, 'engine.sock'), DOCKER_SOCKET);
    const driver = await stage.open({ socketPath: proxy.path });
    const spec = stage.spec();
    const started = stage.start(driver, spec);
    const failed = started.catch((error: unknown) => error);
    await until('the display', () => proxy.requests.some((line) => line.includes('/start')));
    proxy.cut();
    expect(await failed).toMatchObject({ code: 'EngineUnavailable' });
    proxy.mend();
    await driver.stop(spec.sessionId);
    expect(await stage.machine.leftovers()).toEqual([]);
    await proxy.close();
  });
});

describe('many at once', () => {
  it('start side by side, each with a display of its own, and end so', async () => {
    const driver = await stage.open();
    const specs = Array.from({ length: 8 }, () => stage.spec('echo "$DISPLAY" >result; cat'));
    const runtimes = await Promise.all(specs.map((spec) => stage.start(driver, spec)));
    expect(new Set(runtimes.map(({ name }) => name)).size).toBe(8);
    expect(await driver.list()).toHaveLength(8);
    const ends = await Promise.all(runtimes.map(({ sessionId }) => driver.stop(sessionId)));
    expect(ends).toEqual(Array.from({ length: 8 }, () => 'terminated'));
    expect(await stage.machine.leftovers()).toEqual([]);
  }, 180_000);
});

describe('what a driver says before the first session', () => {
  it('names the display image that is missing, and a bound that the machine has not', async () => {
    const troubles: string[] = [];
    const limits = { cpus: 500, memoryBytes: 2 ** 50 };
    await stage.open({
      displayImage: 'sortie/no-such-display',
      limits,
      onTrouble: (said) => troubles.push(said),
    });
    expect(troubles).toEqual([
      expect.stringContaining('docker build --tag sortie/no-such-display:latest'),
      expect.stringContaining('SORTIE_SESSION_CPUS is 500'),
      expect.stringContaining('SORTIE_SESSION_MEMORY is more'),
    ]);
  });

  it('is nothing when all is there', async () => {
    const troubles: string[] = [];
    const driver = await stage.open({ onTrouble: (said) => troubles.push(said) });
    await stage.start(driver, stage.spec(undefined, { image: DESKTOP_IMAGES.editor }));
    expect(troubles).toEqual([]);
  });
});
