import { type Lease } from '#shared/es/lease.js';
import { LeaseKeeper } from '#shared/es/lease-keeper.js';
import type { Supervisor } from './supervisor.js';
import type { SupervisorLog } from './supervisor-parts.js';

/**
 * Lets one replica of the service supervise: the one that has the lease. Each term has a supervisor of its own, which
 * finds everything out anew, so that nothing is left over from the time before.
 */
export class Supervision {
  readonly #keeper: LeaseKeeper;
  readonly #newSupervisor: () => Supervisor;
  readonly #log: SupervisorLog;
  #supervisor: Supervisor | undefined;
  #change: Promise<void> = Promise.resolve();
  #state: 'idle' | 'live' | 'ending' = 'idle';

  constructor(lease: Lease, newSupervisor: () => Supervisor, log: SupervisorLog) {
    this.#keeper = new LeaseKeeper(lease, (isHeld) => this.#follow(isHeld));
    this.#newSupervisor = newSupervisor;
    this.#log = log;
  }

  /** True while new sessions can be started, by this replica or another. */
  get isLive(): boolean {
    return this.#state === 'live';
  }

  /** Supervises from now on, whenever it is this replica's turn. Errors: StoreUnavailableError. */
  async start(): Promise<void> {
    this.#state = 'live';
    this.#follow(await this.#keeper.start());
    await this.#change;
  }

  /** Looks at one session, if this replica supervises. */
  wake(sessionId: string): void {
    this.#supervisor?.wake(sessionId);
  }

  /** Compares all sessions with all runtimes now, if this replica supervises. What keeps it from that is logged. */
  async reconcile(): Promise<void> {
    await this.#supervisor?.reconcile().catch((cause: unknown) => {
      const reason = cause instanceof Error ? cause.message : String(cause);
      this.#log('warn', 'sessions can not be compared with runtimes', { reason });
    });
  }

  /** Ends every session; for the last replica there is. Returns the ids of those that could not be ended in time. */
  async stopAll(deadlineMs: number): Promise<readonly string[]> {
    this.#state = 'ending';
    await this.#change;
    return (await this.#supervisor?.stopAll(deadlineMs)) ?? [];
  }

  /** Leaves runtimes as they are, and the lease to the next one. */
  async close(): Promise<void> {
    this.#state = 'ending';
    this.#follow(false);
    await this.#change;
    await this.#keeper.stop();
  }

  /** One change after the other: a supervisor has ended before the next one begins. */
  #follow(isHeld: boolean): void {
    this.#change = this.#change.then(() => (isHeld ? this.#begin() : this.#end()));
  }

  async #begin(): Promise<void> {
    if (this.#state !== 'live' || this.#supervisor) return;
    this.#supervisor = this.#newSupervisor();
    this.#log('info', 'sessions are supervised here', {});
    await this.#supervisor.start();
  }

  async #end(): Promise<void> {
    const ending = this.#supervisor;
    this.#supervisor = undefined;
    await ending?.close();
  }
}
