import {
  type Runtime,
  type RuntimeDriver,
  type RuntimeEnd,
  type RuntimeExitListener,
  RuntimeFailure,
  runtimeName,
  type RuntimeSpec,
  type StartListener,
} from '#services/session/adapters/runtime-driver.js';

/** What a {@link MemoryRuntimeDriver} runs; hand it to the next driver, as a machine that outlives a server. */
export type Machine = Map<string, Runtime>;

/**
 * A runtime driver that runs nothing, for the supervisor's own specs. The contract suite needs displays and
 * processes, so it proves the real drivers only; here is what a test can make go wrong.
 */
export class MemoryRuntimeDriver implements RuntimeDriver {
  readonly started: RuntimeSpec[] = [];
  readonly stopped: string[] = [];
  startsAtOnce = 0;
  startsAtOnceMax = 0;
  /** The next so many stops fail. */
  stopsToFail = 0;
  /** What a start waits for before its desktop is there; it may tell how far it is. */
  ready: (tell: StartListener) => Promise<void> = async () => undefined;
  readonly #listeners = new Set<RuntimeExitListener>();

  constructor(readonly machine: Machine = new Map()) {}

  async start(
    spec: RuntimeSpec,
    signal: AbortSignal,
    onProgress: StartListener = () => undefined,
  ): Promise<Runtime> {
    const found = this.machine.get(spec.sessionId);
    if (found?.state === 'running') return found;
    this.started.push(spec);
    this.startsAtOnce += 1;
    this.startsAtOnceMax = Math.max(this.startsAtOnceMax, this.startsAtOnce);
    this.put(spec.sessionId, 'starting');
    try {
      await Promise.race([this.ready(onProgress), aborted(signal)]);
      signal.throwIfAborted();
      return this.put(spec.sessionId, 'running');
    } catch (error) {
      this.machine.delete(spec.sessionId);
      throw error;
    } finally {
      this.startsAtOnce -= 1;
    }
  }

  async inspect(sessionId: string): Promise<Runtime | undefined> {
    return this.machine.get(sessionId);
  }

  async stop(sessionId: string): Promise<RuntimeEnd> {
    this.stopped.push(sessionId);
    if (this.stopsToFail > 0) {
      this.stopsToFail -= 1;
      throw new RuntimeFailure('StopTimedOut', 'A process waits in the kernel.');
    }
    return this.machine.delete(sessionId) ? 'terminated' : 'gone';
  }

  async list(): Promise<readonly Runtime[]> {
    return [...this.machine.values()];
  }

  onExit(listener: RuntimeExitListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    this.#listeners.clear();
  }

  /** A runtime ends by itself. */
  exit(sessionId: string, reason: string): void {
    this.put(sessionId, 'dead');
    for (const listener of this.#listeners) listener(sessionId, reason);
  }

  /** Puts a runtime on the machine as if somebody had started it. */
  put(sessionId: string, state: Runtime['state']): Runtime {
    const runtime: Runtime = {
      sessionId,
      name: runtimeName(sessionId),
      endpoint: { kind: 'unix', path: `/run/${sessionId}.sock` },
      startedAt: new Date().toISOString(),
      state,
    };
    this.machine.set(sessionId, runtime);
    return runtime;
  }
}

const aborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
