import type { SessionRow } from '../read/sessions.js';
import { expiryReason, type Step } from './next-step.process.js';
import { isVisible, type StepResult } from './step-result.js';
import type { SupervisorParts } from './supervisor-parts.js';

type Kind = 'admit' | 'take-slot' | 'free-slot' | 'warn' | 'expire';
/** A step about a session's place, or about its time. */
type TimeStep = Extract<Step, { kind: Kind }>;
const KINDS: Readonly<Record<Kind, true>> = {
  ...{ admit: true, 'take-slot': true, 'free-slot': true },
  ...{ warn: true, expire: true },
};
type Target = Readonly<{ sessionId: string; row: SessionRow | undefined }>;

/** Says whether a step is about a session's place or time. */
export const isTimeStep = (step: Step): step is TimeStep => Object.hasOwn(KINDS, step.kind);

/** Does the steps about places and time: each is one command, and nothing is asked of a driver. */
export class TimeSteps {
  readonly #parts: SupervisorParts;

  constructor(parts: SupervisorParts) {
    this.#parts = parts;
  }

  /** Lets those in the queue have what is free. Errors: LogUnavailableError. */
  async admitWaiting(): Promise<void> {
    const { commands, quota } = this.#parts;
    await commands.admit({ type: 'AdmitWaiting', data: { quota } });
  }

  /** Does one step. Errors: LogUnavailableError. */
  async perform({ sessionId, row }: Target, step: TimeStep): Promise<StepResult> {
    if (step.kind === 'free-slot') return this.#free(sessionId, row);
    if (!row) return 'nothing';
    switch (step.kind) {
      case 'admit':
        return this.#admit(sessionId);
      case 'take-slot':
        return this.#take(row, step.isRunning);
      case 'warn':
        return this.#warn(sessionId, step);
      case 'expire':
        return this.#expire(row, step);
    }
  }

  /** Lets a session begin that has waited: its lifetime counts from now. */
  async #admit(sessionId: string): Promise<StepResult> {
    const { commands, now, timeouts } = this.#parts;
    const expiresAt = new Date(now().getTime() + timeouts.lifetimeMs).toISOString();
    const command = { type: 'AdmitSession', data: { sessionId, expiresAt } } as const;
    return shown(await commands.send(command, 'admitted'));
  }

  /**
   * Gets a place for a session that is alive and has none: it comes from before there was a quota, or its place was
   * taken for abandoned. One that runs keeps running; one that can't even wait fails.
   */
  async #take({ id: sessionId, user_id: userId }: SessionRow, isRunning: boolean) {
    const { commands, quota } = this.#parts;
    const type = isRunning ? 'KeepSlot' : 'TakeSlot';
    const taken = await commands.admit({ type, data: { sessionId, userId, quota } });
    if (taken.kind !== 'rejected') return shown(taken);
    const data = { sessionId, reason: taken.detail };
    return shown(await commands.send({ type: 'ReportFailed', data }, 'failed'));
  }

  /** Gives back the place of a session that has ended, or never was. */
  async #free(sessionId: string, row: SessionRow | undefined): Promise<StepResult> {
    const { commands, quota, rows, log } = this.#parts;
    if (!row) {
      if (!(await rows.isCurrent())) return 'later';
      log('warn', 'a place without a session is freed', { sessionId });
    }
    return shown(await commands.admit({ type: 'FreeSlot', data: { sessionId, quota } }));
  }

  async #warn(sessionId: string, { endsAt, ending }: Extract<Step, { kind: 'warn' }>) {
    const command = { type: 'WarnOfExpiry', data: { sessionId, endsAt, ending } } as const;
    return shown(await this.#parts.commands.send(command, `warned:${endsAt}`));
  }

  /** Not once it was extended meanwhile. */
  async #expire(row: SessionRow, { ending }: Extract<Step, { kind: 'expire' }>) {
    const { commands, now, timeouts } = this.#parts;
    const reason = expiryReason(ending, row, timeouts.idleMs);
    const data = { sessionId: row.id, at: now().toISOString(), ending, reason };
    return shown(await commands.send({ type: 'ExpireSession', data }, 'expired', row.version));
  }
}

const shown = (outcome: Parameters<typeof isVisible>[0]): StepResult =>
  isVisible(outcome) ? 'again' : 'later';
