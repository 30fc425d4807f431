import type { Sequence } from './commit.js';
import { type Accepted, type Decider, type Message, reject, type Rejected } from './decider.js';

/** A decision that appends nothing: a refusal, or that it is so already. */
export type AppendsNothing = Rejected | Readonly<{ kind: 'unchanged'; version: Sequence }>;

/** The decision on a known state; none where the caller has seen another version of it. */
export function decidedOn<C extends Message, E extends Message, S>(
  { decide }: Pick<Decider<C, E, S>, 'decide'>,
  command: C,
  { version, state }: Readonly<{ version: Sequence; state: unknown }>,
  expected: Sequence | undefined,
): Accepted<E> | AppendsNothing {
  if (isStale(version, expected)) return stale(version);
  const decision = decide(command, state as S);
  const isNothing = decision.kind === 'accepted' && decision.events.length === 0;
  return isNothing ? { kind: 'unchanged', version } : decision;
}

/** Nothing is stale before there is something: the decision says that it is missing. */
const isStale = (version: Sequence, expected: Sequence | undefined): boolean =>
  version > 0 && expected !== undefined && expected !== version;

const stale = (version: number): Rejected =>
  reject(
    'VersionStale',
    `This has changed since you read it (it is at version ${version} now); read it again and repeat the change.`,
  );
