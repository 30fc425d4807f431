import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import {
  type DockerRuntimeSettings,
  openDockerRuntimeDriver,
} from '#services/session/adapters/docker-runtime-driver.js';
import { DESKTOP_IMAGES } from './docker-images.js';
import { DockerMachine } from './docker-machine.js';
import { killNow, type RuntimeServerProgram } from './runtime-server-process.js';
import type { RuntimeDriverHarness } from './runtime-stage.js';

const PROCESSES_MAX = 64;

type Parts = Readonly<{
  /** Holds the runtime folder, `run`. */
  folder: string;
  /** The engine's own, or the gate's. */
  socketPath: string;
  program: RuntimeServerProgram;
}>;

/** The Docker driver as the contract of runtime drivers takes it; `SERVER_ONLY` must be in the environment. */
export function dockerHarness({ folder, socketPath, program }: Parts): RuntimeDriverHarness {
  const runtimeDir = join(folder, 'run');
  const settings: DockerRuntimeSettings = {
    runtimeDir,
    socketPath,
    displayImage: DESKTOP_IMAGES.display,
    limits: { processesMax: PROCESSES_MAX },
  };
  const machine = new DockerMachine(runtimeDir);
  return {
    open: () => openDockerRuntimeDriver(settings),
    image: DESKTOP_IMAGES.terminal,
    processesMax: PROCESSES_MAX,
    serverVariable: 'SERVER_ONLY',
    readWorkspace: (sessionId, file) => machine.readWorkspace(sessionId, file),
    trackProcesses: (sessionId) => machine.trackProcesses(sessionId),
    forbiddenPaths: async (other) => {
      const data = join(folder, 'data');
      await mkdir(data, { recursive: true });
      await writeFile(join(data, 'secret'), 'secret', { mode: 0o644 });
      const socket = other.endpoint.kind === 'unix' ? other.endpoint.path : '';
      const own = [join(runtimeDir, other.sessionId), socket, join(runtimeDir, '.server')];
      const engine = [socketPath, '/var/run/docker.sock', '/var/lib/docker'];
      return [...own, ...engine, await machine.workspace(other.sessionId), join(data, 'secret')];
    },
    leftovers: () => machine.leftovers(),
    startInServerThatDies: async (spec, when) => {
      const args = [JSON.stringify(settings), JSON.stringify(spec), 'docker'];
      const child = await program.run(when === 'running' ? 'running' : 'opened', args);
      if (when !== 'running') await delay(when);
      await killNow(child);
    },
  };
}
