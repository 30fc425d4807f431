// Goal: the Docker driver keeps the contract of runtime drivers through the gate, and runs as a user without rights there.
// Method: the whole contract on real containers, with the gate between driver and engine; then a server as user 10001.
import { once } from 'node:events';
import { chmod, lstat, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Gate, openGate } from '#services/cli/docker-gate/gate-server.js';
import { installationOf } from '#services/cli/docker-gate/ownership.js';
import { GATE_POLICY, OWNER } from '#test/support/docker-gate.js';
import { ENGINE_PATH, type Told } from '#test/support/docker-gate-stage.js';
import { buildDesktopImages, DESKTOP_IMAGES, docker } from '#test/support/docker-images.js';
import { DockerMachine } from '#test/support/docker-machine.js';
import { dockerHarness } from '#test/support/docker-runtime-harness.js';
import { RfbClient } from '#test/support/rfb-client.js';
import {
  buildRuntimeServer,
  type RuntimeServerProgram,
} from '#test/support/runtime-server-process.js';
import { runtimeDriverContract } from '../contract/runtime-driver.contract.js';

let program: RuntimeServerProgram;
beforeAll(async () => {
  process.env['SERVER_ONLY'] = 'not for sessions';
  await buildDesktopImages();
  program = await buildRuntimeServer();
}, 600_000);
afterAll(() => program.remove());

type Gated = Readonly<{ folder: string; runtimeDir: string; socketPath: string; told: Told[] }>;

/** A gate for all tests of a `describe`, with a runtime folder of its own. */
function gated(): () => Gated {
  let opened: Gated;
  let gate: Gate;
  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sortie-gated-'));
    await chmod(folder, 0o755);
    const [runtimeDir, socketPath] = [join(folder, 'run'), join(folder, 'docker.sock')];
    const told: Told[] = [];
    const places = { listenPath: socketPath, enginePath: ENGINE_PATH, runtimeDir };
    const installation = installationOf(runtimeDir);
    gate = await openGate({ ...GATE_POLICY, ...places, installation }, (_, one) => told.push(one));
    opened = { folder, runtimeDir, socketPath, told };
  });
  afterAll(async () => {
    await gate.close();
    await rm(opened.folder, { recursive: true, force: true });
  });
  return () => opened;
}

/** What the gate told but that something is not there, which the driver asks about. */
const refusals = ({ told }: Gated) => told.filter(({ status }) => status !== 404);

describe('the Docker driver behind the gate', () => {
  const here = gated();
  runtimeDriverContract(() => dockerHarness({ ...here(), program }));

  it('was refused nothing', () => {
    expect(refusals(here())).toEqual([]);
  });
});

describe('a server without any rights', () => {
  const here = gated();

  it('starts a desktop and ends it, and leaves nothing', async () => {
    const { runtimeDir, socketPath } = here();
    const settings = { runtimeDir, socketPath, displayImage: DESKTOP_IMAGES.display };
    const sessionId = 'without-rights';
    const geometry = { width: 800, height: 600 };
    const spec = { sessionId, image: DESKTOP_IMAGES.terminal, geometry, lifetimeSeconds: 300 };
    const args = [JSON.stringify(settings), JSON.stringify(spec), 'docker'];
    const server = await program.run('running', args, OWNER.uid);
    const path = join(runtimeDir, '.server', `${sessionId}.sock`);
    const viewer = await RfbClient.connect({ kind: 'unix', path });
    await viewer.nextUpdate();
    viewer.close();
    expect((await lstat(join(runtimeDir, sessionId))).uid).toBe(0);
    expect(await docker('inspect', '-f', '{{.Config.User}}', `sortie-${sessionId}-display`)).toBe(
      `${OWNER.uid}:${OWNER.gid}`,
    );
    server.kill('SIGTERM');
    expect(await once(server, 'exit')).toEqual([0, null]);
    expect(await new DockerMachine(runtimeDir).leftovers()).toEqual([]);
    expect(await readdir(runtimeDir)).toEqual(['.server']);
    expect(refusals(here())).toEqual([]);
  });
});
