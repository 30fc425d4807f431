import type { ProblemCode } from '#shared/contracts/problem.js';
import type { Outcome } from '#shared/es/command-handler.js';
import type { RecordedEvent } from '#shared/es/commit.js';
import type { Message } from '#shared/es/decider.js';
import type { Reply } from '#shared/es/operation.js';

/** Answers with a result, and the version of what it speaks of. */
export const done = <R>(result: R, version?: number): Reply<R> => ({
  kind: 'done',
  result,
  ...(version !== undefined && { version }),
});

/** Refuses a request. */
export const rejected = (code: ProblemCode, detail: string): Reply<never> => ({
  kind: 'rejected',
  code,
  detail,
});

/** Answers a command that leaves nothing to show. */
export function ended(outcome: Outcome<Message>): Reply<null> {
  if (outcome.kind === 'unchanged') return done(null, outcome.version);
  return resultOf(outcome, () => null);
}

/** Answers a command with what `show` makes of its events: the same events, also on a repeat, give the same answer. */
export function resultOf<E extends Message, R>(
  outcome: Exclude<Outcome<E>, { kind: 'unchanged' }> | Outcome<E>,
  show: (events: readonly [RecordedEvent<E>, ...RecordedEvent<E>[]]) => R,
): Reply<R> {
  if (outcome.kind === 'rejected') return outcome;
  if (outcome.kind === 'unchanged')
    throw new Error('A command without effect has no events to show');
  const [first, ...rest] = outcome.events;
  if (!first) throw new Error('A commit has at least one event');
  const { version, caughtUp } = outcome;
  return { kind: 'done', result: show([first, ...rest]), version, caughtUp };
}
