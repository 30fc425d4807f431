import { signal } from '@preact/signals';
import type { Preparation, Session } from './api-types.js';

/** More sessions than anybody watches being created at once. */
const TOLD_MAX = 100;

/**
 * What the event stream told since it opened, by session. It is shown as it comes: to read the sessions again for each
 * would ask the server every two seconds for what the page has just been told.
 */
const told = signal<ReadonlyMap<string, Preparation>>(new Map());

/** Takes an event `SessionPreparing` as the event stream has it. */
export function hearPreparation(event: string): void {
  const { data } = JSON.parse(event) as { data: Preparation & { sessionId: string } };
  const { sessionId, step, done, total } = data;
  const others = [...told.value].filter(([id]) => id !== sessionId).slice(1 - TOLD_MAX);
  told.value = new Map([...others, [sessionId, { step, done, total }]]);
}

/** Forgets what was told: the stream was cut and may have missed something, or another person signs in. */
export function forgetPreparations(): void {
  if (told.value.size > 0) told.value = new Map();
}

/** Tells how far a session is that is being created, if that is known. */
export function preparationOf(session: Session): Preparation | undefined {
  if (session.status !== 'creating') return undefined;
  return told.value.get(session.id) ?? session.preparation ?? undefined;
}
