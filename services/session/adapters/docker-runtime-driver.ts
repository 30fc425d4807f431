import { DockerEngine } from './docker-engine.js';
import { readEndReason } from './docker-end.js';
import { DockerExits } from './docker-exits.js';
import { parseImageName } from './docker-image-name.js';
import { launchSession, type LaunchTools } from './docker-launch.js';
import { DOCKER_LIMITS, type DockerLimits } from './docker-limits.js';
import { filterOf, installationOf } from './docker-names.js';
import type { SessionNetwork } from './docker-network.js';
import { tellWhatIsMissing } from './docker-ready.js';
import { openDockerRecords } from './docker-records.js';
import { type DockerSession, DockerSessions } from './docker-sessions.js';
import { runtimeName } from './runtime-driver.js';
import type {
  Runtime,
  RuntimeDriver,
  RuntimeEnd,
  RuntimeExitListener,
  RuntimeSpec,
  StartListener,
} from './runtime-driver.js';
import { asStartFailure, notStarted, requireGeometry } from './runtime-start.js';
import { RuntimeTurns } from './runtime-turns.js';

/** Whose processes the display is when the server is root. */
const DISPLAY_ID = 10_001;

/** How the Docker driver is set up. */
export interface DockerRuntimeSettings {
  /**
   * Holds a folder a session, under the same path for Sortie and for the engine. It is the server's own, or lent by root
   * (the Docker gate does so): sticky, and of a group of the server's.
   */
  readonly runtimeDir: string;
  /** The engine's unix socket, or that of the gate before it. */
  readonly socketPath: string;
  readonly displayImage: string;
  readonly network?: SessionNetwork | undefined;
  readonly limits?: Partial<DockerLimits> | undefined;
  /** Hears what is missing, in sentences. */
  readonly onTrouble?: ((sentence: string) => void) | undefined;
}

/**
 * Opens the Docker driver on a runtime folder and takes over the sessions that still run. An engine that is away is
 * told and waited for: everything but desktops works without. Throws `RuntimeDirUnsafe`, and `InvalidSpec` for a display
 * image that can't be one.
 */
export async function openDockerRuntimeDriver(
  settings: DockerRuntimeSettings,
): Promise<RuntimeDriver> {
  parseImageName(settings.displayImage);
  const records = await openDockerRecords(settings.runtimeDir);
  const engine = new DockerEngine(settings.socketPath);
  const sessions = new DockerSessions(engine, records, installationOf(settings.runtimeDir));
  const driver = new DockerRuntimeDriver(sessions, settings);
  await driver.open();
  return driver;
}

class DockerRuntimeDriver implements RuntimeDriver {
  readonly #turns = new RuntimeTurns();
  readonly #listeners = new Set<RuntimeExitListener>();
  readonly #tools: LaunchTools;
  readonly #exits: DockerExits;

  constructor(
    readonly sessions: DockerSessions,
    readonly settings: DockerRuntimeSettings,
  ) {
    const { displayImage, network = 'isolated' } = settings;
    const limits = { ...DOCKER_LIMITS, ...settings.limits };
    this.#tools = { sessions, displayImage, displayUser: displayUser(), limits, network };
    this.#exits = new DockerExits({
      engine: sessions.engine,
      labels: filterOf(sessions.installation),
      listRunning: () => this.#listRunning(),
      onGone: (sessionId) => void this.#tellExit(sessionId),
      onLost: (reason) => settings.onTrouble?.(reason),
    });
  }

  async open(): Promise<void> {
    const { onTrouble } = this.settings;
    const { engine } = this.sessions;
    const { displayImage, limits } = this.#tools;
    if (onTrouble) await tellWhatIsMissing({ engine, displayImage, limits }, onTrouble);
    await this.#exits.open();
  }

  start(spec: RuntimeSpec, signal: AbortSignal, onProgress?: StartListener): Promise<Runtime> {
    return this.#turns.start(spec.sessionId, signal, (ending) =>
      this.#start(spec, ending, onProgress),
    );
  }

  async inspect(sessionId: string): Promise<Runtime | undefined> {
    const found = await this.sessions.find(sessionId);
    return found && this.#adopt(found);
  }

  async list(): Promise<readonly Runtime[]> {
    return (await this.sessions.list()).map((found) => this.#adopt(found));
  }

  stop(sessionId: string): Promise<RuntimeEnd> {
    return this.#turns.stop(sessionId, async () => {
      this.#exits.forget(sessionId);
      const found = await this.sessions.find(sessionId);
      return found ? this.sessions.remove(found) : 'gone';
    });
  }

  onExit(listener: RuntimeExitListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    await this.#turns.close();
    this.#listeners.clear();
    await this.#exits.close();
  }

  async #start(
    spec: RuntimeSpec,
    signal: AbortSignal,
    onProgress?: StartListener,
  ): Promise<Runtime> {
    requireGeometry(spec);
    parseImageName(spec.image);
    const { sessions } = this;
    const found = await sessions.find(spec.sessionId);
    if (found && this.#state(found) === 'running') return this.#adopt(found);
    if (found) await sessions.remove(found);
    signal.throwIfAborted();
    const record = await sessions.claim(spec.sessionId);
    try {
      await launchSession(this.#tools, { record, spec, signal, onProgress });
      this.#exits.watch(spec.sessionId);
      const running = await sessions.find(spec.sessionId);
      if (running && sessions.isAlive(running)) return this.#adopt(running);
      throw notStarted(await this.#readEndReason(spec.sessionId));
    } catch (error) {
      this.#exits.forget(spec.sessionId);
      await sessions.removeAttempt(record);
      throw asStartFailure(error);
    }
  }

  #adopt(found: DockerSession): Runtime {
    const { sessionId, startedAt } = found.record;
    const state = this.#state(found);
    if (state === 'running' && !this.#turns.isStopping(sessionId)) this.#exits.watch(sessionId);
    return {
      sessionId,
      name: runtimeName(sessionId),
      endpoint: { kind: 'unix', path: this.sessions.records.socket(sessionId) },
      startedAt,
      state,
    };
  }

  #state(found: DockerSession): Runtime['state'] {
    const { sessionId, phase } = found.record;
    if (phase === 'running') return this.sessions.isAlive(found) ? 'running' : 'dead';
    return this.#turns.isStarting(sessionId) ? 'starting' : 'dead';
  }

  async #listRunning(): Promise<readonly string[]> {
    const all = await this.sessions.list();
    return all.filter((one) => this.#state(one) === 'running').map((one) => one.record.sessionId);
  }

  #readEndReason(sessionId: string): Promise<string> {
    return readEndReason(this.sessions.engine, sessionId, this.#tools.limits.memoryBytes);
  }

  async #tellExit(sessionId: string): Promise<void> {
    const reason = await this.#readEndReason(sessionId).catch(() => 'the desktop was lost');
    // One that ended within its start is told by that.
    await this.#turns.startSettled(sessionId);
    const record = await this.sessions.records.find(sessionId);
    if (record === undefined || this.#turns.isStopping(sessionId)) return;
    for (const listener of this.#listeners) listener(sessionId, reason);
  }
}

/** The display's socket belongs to the server's own user, so that nobody else opens it. */
function displayUser(): { uid: number; gid: number } {
  const [uid, gid] = [process.getuid?.(), process.getgid?.()];
  return {
    uid: uid === undefined || uid === 0 ? DISPLAY_ID : uid,
    gid: gid === undefined || gid === 0 ? DISPLAY_ID : gid,
  };
}
