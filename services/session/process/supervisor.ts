import { setTimeout as delay } from 'node:timers/promises';
import { withDeadline } from './deadline.js';
import { nextStep } from './next-step.process.js';
import { RuntimeWatch } from './runtime-watch.js';
import { SessionSteps, type Work } from './session-steps.js';
import type { SupervisorParts } from './supervisor-parts.js';

/** How often all runtimes are compared with all sessions, whatever was heard meanwhile. */
const RECONCILE_INTERVAL_MS = 60_000;
const LIST_DEADLINE_MS = 30_000;
/** After a step that could not be done or shown; the log or a driver is unwell. */
const RETRY_MS = 5_000;
const DRAIN_POLL_MS = 50;
const CLOSE_DEADLINE_MS = 15_000;
/** Node's longest timer. */
const TIMER_MS_MAX = 2 ** 31 - 1;

/**
 * Makes runtimes be what the log says that they should be. It is driven by state, not by events: whatever wakes it,
 * it looks at one session and its runtime, does the one next step, and looks again. So nothing is lost with a
 * crash, a missed event or a step that failed.
 */
export class Supervisor {
  readonly #parts: SupervisorParts;
  readonly #watch: RuntimeWatch;
  readonly #steps: SessionSteps;
  readonly #works = new Map<string, Work>();
  readonly #running = new Set<Promise<void>>();
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #intervals: NodeJS.Timeout[] = [];
  #leaveDriver: () => void = () => undefined;
  #state: 'idle' | 'live' | 'draining' | 'closed' = 'idle';

  constructor(parts: SupervisorParts) {
    this.#parts = parts;
    this.#watch = new RuntimeWatch(parts.driver);
    this.#steps = new SessionSteps({ ...parts, watch: this.#watch });
  }

  /** True while new sessions can be started. */
  get isLive(): boolean {
    return this.#state === 'live';
  }

  /** Compares all sessions with all runtimes, then keeps them so. */
  async start(): Promise<void> {
    const { driver, timeouts } = this.#parts;
    this.#state = 'live';
    this.#leaveDriver = driver.onExit((sessionId, reason) => {
      this.#watch.exited(sessionId, reason);
      this.wake(sessionId);
    });
    this.#every(RECONCILE_INTERVAL_MS, () => this.reconcile());
    this.#every(timeouts.cleanupMs, () => this.#sweep());
    await this.#guarded('those who wait can not be admitted', () => this.#steps.admitWaiting());
    await this.#guarded('sessions can not be compared with runtimes', () => this.reconcile());
  }

  /** Looks at every open session, every place and every runtime. */
  async reconcile(): Promise<void> {
    const { driver, rows } = this.#parts;
    const [runtimes, openIds, slotIds] = await Promise.all([
      withDeadline(driver.list(), LIST_DEADLINE_MS, 'Listing the runtimes'),
      rows.listOpenIds(),
      rows.listSlotIds(),
    ]);
    const running = runtimes.map((runtime) => runtime.sessionId);
    const ids = new Set([...openIds, ...slotIds, ...running]);
    for (const id of ids) this.wake(id);
  }

  /** Looks at one session, now or as soon as the step under way is done. */
  wake(sessionId: string): void {
    if (this.#state === 'idle' || this.#state === 'closed') return;
    clearTimeout(this.#timers.get(sessionId));
    this.#timers.delete(sessionId);
    const underWay = this.#works.get(sessionId);
    if (underWay) {
      underWay.again = true;
      // A start takes long: it must hear of it when its session is stopped meanwhile.
      if (underWay.start) void this.#interrupt(sessionId, underWay.start);
      return;
    }
    const work: Work = { again: false, isDraining: () => this.#state !== 'live' };
    this.#works.set(sessionId, work);
    const run = this.#run(sessionId, work).finally(() => this.#running.delete(run));
    this.#running.add(run);
  }

  /**
   * Ends every session and its runtime, within the deadline: what can't be ended by then is taken up by the next
   * start. Returns the ids of those.
   */
  async stopAll(deadlineMs: number): Promise<readonly string[]> {
    const { rows, log } = this.#parts;
    const end = performance.now() + deadlineMs;
    const asked = new Set<string>();
    if (this.#state !== 'closed') this.#state = 'draining';
    for (;;) {
      // Asked again, because a request may have come in beside the first look.
      const alive = (await rows.listAlive()).filter(({ id }) => !asked.has(id));
      for (const { id } of alive) asked.add(id);
      await Promise.all(alive.map(({ id }) => this.#shutDown(id)));
      const left = await rows.listOpenIds();
      if (left.length === 0) return [];
      if (performance.now() >= end) {
        log('warn', 'sessions left to end at the next start', { sessions: left.length });
        return left;
      }
      await delay(DRAIN_POLL_MS);
    }
  }

  /** Stops supervising; runtimes stay as they are and the next start adopts them. */
  async close(): Promise<void> {
    this.#state = 'closed';
    this.#leaveDriver();
    for (const timer of [...this.#timers.values(), ...this.#intervals]) clearTimeout(timer);
    for (const { start } of this.#works.values()) start?.abort(new Error('Sortie is closing.'));
    const settled = Promise.allSettled(this.#running);
    await withDeadline(settled, CLOSE_DEADLINE_MS, 'The last steps').catch(() => undefined);
  }

  async #run(sessionId: string, work: Work): Promise<void> {
    try {
      do {
        work.again = false;
        if (await this.#step(sessionId, work)) work.again = true;
      } while (work.again && this.#state !== 'closed');
    } catch (cause) {
      this.#warn('a step could not be done', cause, sessionId);
      this.#wakeAt(sessionId, this.#nowMs() + RETRY_MS);
    } finally {
      this.#works.delete(sessionId);
    }
  }

  /** Does the next step; true when there may be another right after it. */
  async #step(sessionId: string, work: Work): Promise<boolean> {
    const { rows, timeouts } = this.#parts;
    const row = await rows.find(sessionId);
    const seen = await this.#watch.look(sessionId, this.#nowMs());
    // After the session: its place was taken before it was there, so one that is missing now is not to come.
    const slot = await rows.findSlot(sessionId);
    const step = nextStep({ session: row, slot }, seen, this.#nowMs(), timeouts);
    if (step.kind === 'nothing') {
      if (step.untilMs !== undefined) this.#wakeAt(sessionId, step.untilMs);
      else this.#watch.forget(sessionId);
      return false;
    }
    const result = await this.#steps.perform({ sessionId, row, work }, step);
    if (result === 'later') this.#wakeAt(sessionId, this.#nowMs() + RETRY_MS);
    return result === 'again';
  }

  async #interrupt(sessionId: string, start: AbortController): Promise<void> {
    await this.#guarded('a start could not be interrupted', async () => {
      const row = await this.#parts.rows.find(sessionId);
      if (row?.status !== 'creating') start.abort(new Error('The session ended meanwhile.'));
    });
  }

  async #shutDown(sessionId: string): Promise<void> {
    await this.#guarded('a session could not be shut down', async () => {
      const stopped = { by: 'system', reason: 'Sortie was shut down' } as const;
      const command = { type: 'StopSession', data: { sessionId, stopped } } as const;
      await this.#parts.commands.send(command, 'shut-down');
      this.wake(sessionId);
    });
  }

  async #sweep(): Promise<void> {
    const { rows, timeouts } = this.#parts;
    const nowMs = this.#nowMs();
    const idleSince = timeouts.idleMs > 0 ? isoOf(nowMs - timeouts.idleMs) : undefined;
    for (const id of await rows.listOverdueIds(isoOf(nowMs), idleSince)) this.wake(id);
  }

  #wakeAt(sessionId: string, atMs: number): void {
    if (this.#state === 'closed') return;
    clearTimeout(this.#timers.get(sessionId));
    const ms = Math.min(TIMER_MS_MAX, Math.max(0, atMs - this.#nowMs()));
    this.#timers.set(sessionId, setTimeout(() => this.wake(sessionId), ms).unref());
  }

  #every(ms: number, work: () => Promise<void>): void {
    const guarded = () => void this.#guarded('the regular look could not be done', work);
    this.#intervals.push(setInterval(guarded, ms).unref());
  }

  async #guarded(what: string, work: () => Promise<void>): Promise<void> {
    await work().catch((cause: unknown) => this.#warn(what, cause));
  }

  #warn(what: string, cause: unknown, sessionId?: string): void {
    const reason = cause instanceof Error ? cause.message : String(cause);
    this.#parts.log('warn', what, { ...(sessionId && { sessionId }), reason });
  }

  #nowMs = (): number => this.#parts.now().getTime();
}

const isoOf = (ms: number): string => new Date(ms).toISOString();
