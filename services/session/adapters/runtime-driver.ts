import type { RuntimeEndpoint } from '#shared/contracts/runtime-endpoint.js';

export type RuntimeFailureCode =
  | 'InvalidSpec'
  | 'NoRuntime'
  | 'UnknownImage'
  | 'ImageUnavailable'
  | 'EngineUnavailable'
  | 'EngineRefused'
  | 'ProgramMissing'
  | 'IsolationUnavailable'
  | 'RuntimeDirUnsafe'
  | 'AppEnded'
  | 'StartTimedOut'
  | 'StartStopped'
  | 'StopTimedOut';

/**
 * A runtime driver could not do what it was asked; the message is one sentence for the user or the
 * operator, with the remedy where there is one. `detail` is the app's own last output, for logs only.
 */
export class RuntimeFailure extends Error {
  override readonly name = 'RuntimeFailure';

  constructor(
    readonly code: RuntimeFailureCode,
    message: string,
    readonly detail?: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** What to run for one session. */
export interface RuntimeSpec {
  /** Letters, digits and dashes, at most 63. */
  readonly sessionId: string;
  /** The app's `container_image`. */
  readonly image: string;
  /** Runs instead of the image's own command; it must stay in the foreground. */
  readonly command?: readonly string[];
  readonly geometry: { readonly width: number; readonly height: number };
  /** The session's hard time-out; bounds what a server that never comes back leaves running. */
  readonly lifetimeSeconds: number;
}

/**
 * `starting` while this driver starts it, `running` while its app runs, `dead` for anything else that
 * still leaves something behind: the app or the display ended, or a server died in the middle of a start.
 */
export type RuntimeState = 'starting' | 'running' | 'dead';

export interface Runtime {
  readonly sessionId: string;
  /** The same at every driver for the same session: `sortie-<sessionId>`. */
  readonly name: string;
  readonly endpoint: RuntimeEndpoint;
  /** RFC 3339, UTC. */
  readonly startedAt: string;
  readonly state: RuntimeState;
}

/** How a stop found the session: nothing ran, all ended when asked, or some had to be killed. */
export type RuntimeEnd = 'gone' | 'terminated' | 'killed';

export type RuntimeExitListener = (sessionId: string, reason: string) => void;

/** How far a start has come that takes its time: bytes of the app's image that were fetched, of all that are known of. */
export type StartProgress = Readonly<{ step: 'image'; done: number; total: number }>;

export type StartListener = (progress: StartProgress) => void;

/** Where sessions run: `process` here, `docker` and `kubernetes` behind the same contract suite. */
export interface RuntimeDriver {
  /**
   * Starts a session and resolves once its RFB endpoint accepts and its app shows a window.
   * Idempotent by session id: a second start adopts what runs. A failed or aborted start leaves nothing.
   * `onProgress` hears of what takes long, as often as it changes; a driver that is never slow never calls it.
   */
  start(spec: RuntimeSpec, signal: AbortSignal, onProgress?: StartListener): Promise<Runtime>;
  inspect(sessionId: string): Promise<Runtime | undefined>;
  /** Ends everything of the session and removes what it left; idempotent, each step bounded. */
  stop(sessionId: string): Promise<RuntimeEnd>;
  /** All that may still hold resources, half-started and dead ones included. */
  list(): Promise<readonly Runtime[]>;
  /** Hears once of each runtime that ends without a stop, adopted ones included; call the result to leave. */
  onExit(listener: RuntimeExitListener): () => void;
  /** Lets go of the sessions without ending them, so that the next server can adopt them. */
  close(): Promise<void>;
}

/** The name of a session's runtime, the same at every driver so that a repeated start finds it. */
export function runtimeName(sessionId: string): string {
  return `sortie-${sessionId}`;
}
