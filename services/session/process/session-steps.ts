import { type Runtime, type RuntimeEnd, RuntimeFailure } from '../adapters/runtime-driver.js';
import type { SessionCommand } from '../domain/session.js';
import type { SessionRow } from '../read/sessions.js';
import { untilAborted, withDeadline } from './deadline.js';
import { notReadyReason, type SeenRuntime, type Step } from './next-step.process.js';
import { PreparationRecorder } from './preparation-recorder.js';
import type { RuntimeWatch } from './runtime-watch.js';
import { StartSlots } from './start-slots.js';
import { isVisible, type StepResult } from './step-result.js';
import type { SupervisorParts } from './supervisor-parts.js';
import { isTimeStep, TimeSteps } from './time-steps.js';

const STARTS_AT_ONCE_MAX = 4;
/** Longer than a driver's own bounds together, so that its better reason comes first. */
const END_DEADLINE_MS = 45_000;
/** How long an aborted start may take to clean up before its session goes on without it. */
const ABORTED_START_MS = 10_000;

/** The one step under way for a session. */
export type Work = {
  /** Something happened meanwhile: look again. */
  again: boolean;
  /** Interrupts the start under way. */
  start?: AbortController | undefined;
  /** True once nothing new is to be started. */
  readonly isDraining: () => boolean;
};

type Target = Readonly<{ sessionId: string; row: SessionRow | undefined; work: Work }>;
type StartStep = Extract<Step, { kind: 'start' }>;

/** Does the steps that {@link nextStep} names: one command or one call of the driver, and then its command. */
export class SessionSteps {
  readonly #parts: SupervisorParts & Readonly<{ watch: RuntimeWatch }>;
  readonly #starts = new StartSlots(STARTS_AT_ONCE_MAX);
  readonly #time: TimeSteps;

  constructor(parts: SupervisorParts & Readonly<{ watch: RuntimeWatch }>) {
    this.#parts = parts;
    this.#time = new TimeSteps(parts);
  }

  /** Lets those in the queue have what is free; a start may find another quota than the one before. Errors: LogUnavailableError. */
  admitWaiting(): Promise<void> {
    return this.#time.admitWaiting();
  }

  /** Does one step. Errors: LogUnavailableError, and the driver's where no event tells them. */
  async perform(target: Target, step: Exclude<Step, { kind: 'nothing' }>): Promise<StepResult> {
    const { sessionId, row } = target;
    if (isTimeStep(step)) return this.#time.perform({ sessionId, row }, step);
    switch (step.kind) {
      case 'start':
        return row ? this.#start(target, row, step) : 'nothing';
      case 'report-running':
        return this.#reportRunning(sessionId, step.runtime);
      case 'fail':
        return this.#send(
          { type: 'ReportFailed', data: { sessionId, reason: step.reason } },
          'failed',
        );
      case 'stop': {
        const stopped = { by: 'system', reason: step.reason } as const;
        return this.#send({ type: 'StopSession', data: { sessionId, stopped } }, 'stopped');
      }
      case 'adopt':
        return this.#adopt(sessionId, row);
      case 'end-runtime':
        return this.#endRuntime(sessionId, step.attempt);
      case 'reap':
        return this.#reap(sessionId, row);
    }
  }

  async #start(target: Target, row: SessionRow, step: StartStep): Promise<StepResult> {
    const { sessionId, work } = target;
    if (work.isDraining()) return 'nothing';
    const abort = new AbortController();
    const late = new Error(notReadyReason(this.#parts.timeouts.readyMs));
    const leftMs = Math.max(0, step.deadlineMs - this.#parts.now().getTime());
    const timer = setTimeout(() => abort.abort(late), leftMs);
    let runtime: Runtime;
    try {
      work.start = abort;
      runtime = await this.#starts.run(abort.signal, () =>
        untilAborted(this.#launch(row, step, abort.signal), abort.signal, ABORTED_START_MS),
      );
    } catch (cause) {
      // Whoever interrupted it has said why: the session is over, or Sortie is closing.
      if (abort.signal.aborted && abort.signal.reason !== late) return 'again';
      const reason = abort.signal.aborted ? late.message : this.#reasonOf(sessionId, cause);
      // Not once somebody else has started it: this replica may have been held up, and not be the supervisor any more.
      const failed = { type: 'ReportFailed', data: { sessionId, reason } } as const;
      return await this.#send(failed, 'failed', row.version);
    } finally {
      clearTimeout(timer);
      work.start = undefined;
    }
    this.#parts.watch.own(sessionId);
    return this.#reportRunning(sessionId, runtime);
  }

  async #launch(row: SessionRow, step: StartStep, signal: AbortSignal): Promise<Runtime> {
    const { driver, timeouts, now } = this.#parts;
    if (step.isDirty) await driver.stop(row.id);
    // The runtime's own bound comes after ours: it is for the case that no Sortie is left to end it.
    const latestMs = Date.parse(row.expires_at) + timeouts.lifetimeMaxMs - timeouts.lifetimeMs;
    const livesMs = latestMs - now().getTime() + timeouts.cleanupMs;
    const spec = {
      sessionId: row.id,
      image: row.image,
      geometry: { width: row.width, height: row.height },
      lifetimeSeconds: Math.max(1, Math.ceil(livesMs / 1_000)),
    };
    const startedAt = now().toISOString();
    const recorder = new PreparationRecorder(this.#parts, { sessionId: row.id, startedAt, signal });
    try {
      return await driver.start(spec, signal, recorder.told);
    } finally {
      await recorder.end();
    }
  }

  #reportRunning(sessionId: string, { name, endpoint }: SeenRuntime): Promise<StepResult> {
    const podIp = endpoint.kind === 'tcp' ? endpoint.host : null;
    const data = { sessionId, podName: name, podIp, endpoint };
    return this.#send({ type: 'ReportRunning', data }, 'running');
  }

  async #adopt(sessionId: string, row: SessionRow | undefined): Promise<StepResult> {
    const command = { type: 'RecordRuntimeAdopted', data: { sessionId } } as const;
    const result = await this.#send(command, `adopted:${row?.version ?? 0}`);
    this.#parts.watch.own(sessionId);
    return result;
  }

  /** Every attempt leaves an event, so a stop that is stuck can be seen, and the next one comes later than the last. */
  async #endRuntime(sessionId: string, attempt: number): Promise<StepResult> {
    let how: RuntimeEnd;
    try {
      how = await this.#stop(sessionId);
    } catch (cause) {
      const reason = this.#reasonOf(sessionId, cause);
      const data = { sessionId, attempt, reason };
      return this.#send({ type: 'RecordRuntimeEndFailed', data }, `end-failed:${attempt}`);
    }
    return this.#send({ type: 'RecordRuntimeEnded', data: { sessionId, how } }, 'ended');
  }

  async #reap(sessionId: string, row: SessionRow | undefined): Promise<StepResult> {
    const { rows, log } = this.#parts;
    if (!row && !(await rows.isCurrent())) return 'later';
    log('warn', 'a runtime without a session is ended', { sessionId });
    const how = await this.#stop(sessionId);
    const step = `reaped:${row?.version ?? 0}`;
    await this.#send({ type: 'RecordRuntimeReaped', data: { sessionId, how } }, step);
    // Not at once again: a runtime that stays although it was ended is looked at with the next reconciliation.
    return 'nothing';
  }

  async #stop(sessionId: string): Promise<RuntimeEnd> {
    const { driver } = this.#parts;
    return withDeadline(driver.stop(sessionId), END_DEADLINE_MS, 'Ending the runtime');
  }

  async #send(
    command: SessionCommand,
    step: string,
    expectedVersion?: number,
  ): Promise<StepResult> {
    const outcome = await this.#parts.commands.send(command, step, expectedVersion);
    return isVisible(outcome) ? 'again' : 'later';
  }

  #reasonOf(sessionId: string, cause: unknown): string {
    const isFailure = cause instanceof RuntimeFailure;
    const reason = cause instanceof Error ? cause.message : String(cause);
    const detail = isFailure && cause.detail ? { detail: cause.detail } : {};
    this.#parts.log('warn', 'the runtime driver failed', { sessionId, reason, ...detail });
    return reason;
  }
}
