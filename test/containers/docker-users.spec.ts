// Goal: the Docker driver works for a server that is not root, and in a runtime folder that root lends it.
// Method: a server in a process of its own as nobody, whose engine is a socket that everybody may open; real containers.
import { once } from 'node:events';
import { chmod, chown, mkdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DESKTOP_IMAGES } from '#test/support/docker-images.js';
import { DOCKER_SOCKET, DockerStage } from '#test/support/docker-stage.js';
import {
  buildRuntimeServer,
  killNow,
  type RuntimeServerProgram,
} from '#test/support/runtime-server-process.js';
import { openUnixProxy } from '#test/support/unix-proxy.js';

const NOBODY = 65_534;
const stage = new DockerStage();
let program: RuntimeServerProgram;

beforeAll(async () => {
  program = await buildRuntimeServer();
});
afterAll(() => program.remove());

/** Starts a session in a server that is nobody; its process. */
async function startAsNobody(word: 'opened' | 'running' = 'running') {
  const socketPath = join(stage.folder, 'engine.sock');
  await chmod(stage.folder, 0o755);
  const proxy = await openUnixProxy(socketPath, DOCKER_SOCKET);
  await chmod(socketPath, 0o666);
  const settings = {
    runtimeDir: stage.runtimeDir,
    socketPath,
    displayImage: DESKTOP_IMAGES.display,
  };
  const spec = stage.spec();
  const args = [JSON.stringify(settings), JSON.stringify(spec), 'docker'];
  const server = await program.run(word, args, NOBODY).catch((error: unknown) => error);
  return { server, spec, proxy };
}

describe.runIf(process.getuid?.() === 0)('a server that is not root', () => {
  it('starts a session whose viewer socket is its own, and stops it', async () => {
    await mkdir(stage.runtimeDir);
    await chown(stage.runtimeDir, NOBODY, NOBODY);
    const { server, spec, proxy } = await startAsNobody();
    if (!(server instanceof Object && 'kill' in server)) throw server;
    const child = server as Awaited<ReturnType<RuntimeServerProgram['run']>>;
    const socket = await stat(join(stage.runtimeDir, '.server', `${spec.sessionId}.sock`));
    expect([socket.uid, socket.mode & 0o777]).toEqual([NOBODY, 0o600]);
    const { display } = await stage.inspect(spec.sessionId);
    expect(display.Config.User).toBe(`${NOBODY}:${NOBODY}`);
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
    expect(await stage.machine.leftovers()).toEqual([]);
    await proxy.close();
  });

  it('takes a runtime folder that root lends to its group', async () => {
    await mkdir(stage.runtimeDir);
    await chown(stage.runtimeDir, 0, NOBODY);
    await chmod(stage.runtimeDir, 0o1770);
    const { server, proxy } = await startAsNobody('opened');
    await killNow(server as Awaited<ReturnType<RuntimeServerProgram['run']>>);
    expect((await stat(stage.runtimeDir)).mode & 0o7777).toBe(0o1770);
    await proxy.close();
    await sweep();
  });

  it.each([
    ['everybody may write into', 0o1777, NOBODY],
    ['others of its group may rename things in', 0o770, NOBODY],
    ['is of another group', 0o1775, 0],
  ])('refuses a folder of root that %s', async (_, mode, gid) => {
    await mkdir(stage.runtimeDir);
    await chown(stage.runtimeDir, 0, gid);
    await chmod(stage.runtimeDir, mode);
    const { server, proxy } = await startAsNobody('opened');
    expect(String(server)).toContain("run must be a folder of the server's own user");
    await proxy.close();
  });
});

/** What nobody's server left in a folder that it alone may open as its own. */
async function sweep(): Promise<void> {
  const lent = `${stage.runtimeDir}-lent`;
  await rename(stage.runtimeDir, lent);
  await rm(lent, { recursive: true });
  await mkdir(stage.runtimeDir);
  const driver = await stage.open();
  for (const { sessionId } of await driver.list()) await driver.stop(sessionId);
}
