import type { AuditOutcome } from '#shared/contracts/audit.js';
import type { RecordedEvent } from '#shared/es/commit.js';
import type { Message } from '#shared/es/decider.js';

/** What the trail says of one event. `details` are an allow-list: what isn't named here never reaches the trail. */
export type Told = Readonly<{
  action: string;
  resource: readonly [type: string, id: string | null];
  details: Readonly<Record<string, unknown>>;
  /** Whose deed it was, where the event's actor is not the one: Sortie acting for a person. */
  user?: string;
  /** `done` when absent. */
  outcome?: AuditOutcome;
  /** Whom it concerns beside who did it: those whom the event names as such when absent. */
  about?: readonly string[];
}>;

/** Why the trail is silent about an event. */
export type LeftOut = Readonly<{ leftOut: string }>;

/** One line for each event of a service; the compiler refuses a table that misses one. */
export type Trail<E extends Message> = {
  readonly [Type in E['type']]:
    LeftOut | ((event: RecordedEvent<Extract<E, { type: Type }>>) => Told);
};

/** A service's table by event type, for events whose type is known at run time only. */
export type AnyTrail = Readonly<
  Record<string, LeftOut | ((event: RecordedEvent<Message<string, never>>) => Told)>
>;
