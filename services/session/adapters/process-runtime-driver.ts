import { chmod, mkdir } from 'node:fs/promises';
import { getProcessApp, loadProcessApps, type ProcessAppTable } from './process-apps.js';
import { ProcessExits } from './process-exits.js';
import { uidIsolation, type Isolation } from './process-isolation.js';
import { launchSession, requireDisplayPrograms } from './process-launch.js';
import {
  SESSION_LIMITS,
  SESSION_UIDS,
  type SessionLimits,
  type UidRange,
} from './process-limits.js';
import { openProcessRecords, requirePassable, type ProcessRecord } from './process-records.js';
import { sandboxIsolation } from './process-sandbox.js';
import { ProcessSessions } from './process-sessions.js';
import { runtimeName } from './runtime-driver.js';
import type {
  Runtime,
  RuntimeDriver,
  RuntimeEnd,
  RuntimeExitListener,
  RuntimeSpec,
} from './runtime-driver.js';
import { asStartFailure, notStarted, requireGeometry } from './runtime-start.js';
import { RuntimeTurns } from './runtime-turns.js';

/** How the process driver is set up; only the folder must be given. */
export interface ProcessRuntimeSettings {
  /** Holds the sessions, apart from the data folder; `/run/sortie` for a server that is root. */
  readonly runtimeDir: string;
  /** A JSON table of images and commands, over the built-in one. */
  readonly appsFile?: string | undefined;
  /** `uid` needs root and is its default; `sandbox` needs bubblewrap and is everybody else's. */
  readonly isolation?: Isolation['kind'] | undefined;
  /** Whose range sessions take a uid of their own from. */
  readonly uids?: UidRange | undefined;
  readonly limits?: Partial<SessionLimits> | undefined;
  /** Where programs are looked for, instead of the system's own folders. */
  readonly path?: string | undefined;
}

/**
 * Opens the process driver on a runtime folder and takes over the sessions that still run there. One server
 * a folder. Throws `RuntimeDirUnsafe` for a folder that somebody else could have prepared.
 */
export async function openProcessRuntimeDriver(
  settings: ProcessRuntimeSettings,
): Promise<RuntimeDriver> {
  const apps = await loadProcessApps(settings.appsFile);
  const uids = settings.uids ?? SESSION_UIDS;
  const isolations = {
    uid: uidIsolation(uids, settings.path),
    sandbox: sandboxIsolation(uids, settings.path),
  };
  const records = await openProcessRecords(settings.runtimeDir, uids);
  if (isRoot()) {
    await requirePassable(records.root);
    await makeDisplayFolder();
  }
  const driver = new ProcessRuntimeDriver(settings, apps, new ProcessSessions(records, isolations));
  await driver.list();
  return driver;
}

/** X servers without root would make it, and the first session would then own every other's socket. */
async function makeDisplayFolder(): Promise<void> {
  const folder = '/tmp/.X11-unix';
  if ((await mkdir(folder, { recursive: true })) !== undefined) await chmod(folder, 0o1777);
}

function isolationKind(settings: ProcessRuntimeSettings): Isolation['kind'] {
  return settings.isolation ?? (isRoot() ? 'uid' : 'sandbox');
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}

class ProcessRuntimeDriver implements RuntimeDriver {
  readonly #turns = new RuntimeTurns();
  readonly #listeners = new Set<RuntimeExitListener>();
  readonly #exits = new ProcessExits((sessionId) => void this.#tellExit(sessionId));

  constructor(
    readonly settings: ProcessRuntimeSettings,
    readonly apps: ProcessAppTable,
    readonly sessions: ProcessSessions,
  ) {}

  start(spec: RuntimeSpec, signal: AbortSignal): Promise<Runtime> {
    return this.#turns.start(spec.sessionId, signal, (ending) => this.#start(spec, ending));
  }

  async inspect(sessionId: string): Promise<Runtime | undefined> {
    const record = await this.sessions.records.find(sessionId);
    return record && this.#adopt(record);
  }

  async list(): Promise<readonly Runtime[]> {
    return (await this.sessions.records.list()).map((record) => this.#adopt(record));
  }

  stop(sessionId: string): Promise<RuntimeEnd> {
    return this.#turns.stop(sessionId, () => this.#stop(sessionId));
  }

  onExit(listener: RuntimeExitListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    await this.#turns.close();
    this.#exits.close();
    this.#listeners.clear();
  }

  async #start(spec: RuntimeSpec, signal: AbortSignal): Promise<Runtime> {
    const app = getProcessApp(this.apps, spec.image);
    requireGeometry(spec);
    const found = await this.sessions.records.find(spec.sessionId);
    if (found?.phase === 'running' && this.sessions.isAlive(found)) return this.#adopt(found);
    if (found) await this.sessions.remove(found);
    signal.throwIfAborted();
    await requireDisplayPrograms(this.settings.path);
    const { sessions, settings } = this;
    const isolation = sessions.isolations[isolationKind(settings)];
    const limits = { ...SESSION_LIMITS, ...settings.limits };
    const title = runtimeName(spec.sessionId);
    const record = await sessions.claim(spec.sessionId, isolation.kind);
    try {
      const { command, gl = false } = app;
      const supervised = { command, ...spec, gl, title };
      const tools = { records: sessions.records, isolation, limits };
      const running = await launchSession(tools, record, supervised, signal);
      if (sessions.isAlive(running)) return this.#adopt(running);
      throw notStarted(await sessions.readEndReason(running));
    } catch (error) {
      await sessions.remove(record);
      throw asStartFailure(error);
    }
  }

  async #stop(sessionId: string): Promise<RuntimeEnd> {
    this.#exits.forget(sessionId);
    const record = await this.sessions.records.find(sessionId);
    return record ? this.sessions.remove(record) : 'gone';
  }

  #adopt(record: ProcessRecord): Runtime {
    const { sessionId, supervisor, startedAt } = record;
    const state = this.#state(record);
    const watched = state === 'running' && !this.#turns.isStopping(sessionId);
    if (watched && supervisor) this.#exits.watch(sessionId, supervisor);
    const path = this.sessions.records.socket(sessionId);
    return {
      sessionId,
      name: runtimeName(sessionId),
      endpoint: { kind: 'unix', path },
      startedAt,
      state,
    };
  }

  #state(record: ProcessRecord): Runtime['state'] {
    if (record.phase === 'running') return this.sessions.isAlive(record) ? 'running' : 'dead';
    return this.#turns.isStarting(record.sessionId) ? 'starting' : 'dead';
  }

  async #tellExit(sessionId: string): Promise<void> {
    const record = await this.sessions.records.find(sessionId);
    if (record === undefined || this.#turns.isStopping(sessionId)) return;
    const reason = await this.sessions.readEndReason(record);
    for (const listener of this.#listeners) listener(sessionId, reason);
  }
}
