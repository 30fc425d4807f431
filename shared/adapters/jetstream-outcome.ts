import type { NatsConnection } from 'nats';
import type { Commit, NewCommit, Sequence } from '#shared/es/commit.js';
import type { AppendResult } from '#shared/es/event-log.js';
import { getMessage } from './jetstream-messages.js';
import { toCommit } from './stored-commit.js';
import type { Stored } from './stored-message.js';

/**
 * How many messages of a stream are looked at. Past it, an append is answered with "conflict", which is safe: the command
 * is decided again on the newest state, and then the service's own table of commands knows it.
 */
const LOOKUP_STEPS_MAX = 100;

/** Only foreign messages have come since: the append is good when it expects the last of them. */
export type PushedOn = Readonly<{ kind: 'pushed-on'; expectedVersion: Sequence }>;

/**
 * Finds out why the server refused an append for its version. Either somebody else was faster, or this very command was:
 * from 2.12 on, a single server looks at the version before it looks whether it knows the command.
 */
export async function findOutcome(
  nats: NatsConnection,
  { stream, commandId, expectedVersion }: NewCommit,
): Promise<AppendResult | PushedOn> {
  const last = await getMessage(nats, { last_by_subj: stream });
  if (!last) return { kind: 'conflict', version: 0 };
  const isMine = (message: Stored): boolean =>
    message.commandId === commandId && !message.isForeign;
  const conflict: AppendResult = { kind: 'conflict', version: last.sequence };
  if (isMine(last)) return { kind: 'duplicate', sequence: last.sequence };
  if (expectedVersion === 'any') return conflict;
  const since = await messagesBehind(nats, stream, expectedVersion, isMine);
  const mine = since.find(isMine);
  if (mine) return { kind: 'duplicate', sequence: mine.sequence };
  const isWhole = since.at(-1)?.sequence === last.sequence;
  const isOvertaken = !isWhole || since.some(({ isForeign }) => !isForeign);
  if (isOvertaken || !(await isCommit(nats, stream, expectedVersion))) return conflict;
  return { kind: 'pushed-on', expectedVersion: last.sequence };
}

/** Finds the last commit of a stream. Behind many foreign messages there may be one that is not found. */
export async function findLast(nats: NatsConnection, stream: string): Promise<Commit | undefined> {
  const last = await getMessage(nats, { last_by_subj: stream });
  if (!last?.isForeign) return last && toCommit(last);
  const messages = await messagesBehind(nats, stream, 0);
  const found = messages.findLast(({ isForeign }) => !isForeign);
  return found && toCommit(found);
}

/** The messages of a stream behind a place, up to one that is enough, or {@link LOOKUP_STEPS_MAX}. */
async function messagesBehind(
  nats: NatsConnection,
  stream: string,
  after: Sequence,
  isEnough: (message: Stored) => boolean = () => false,
): Promise<Stored[]> {
  const messages: Stored[] = [];
  let next = await nextOf(nats, stream, after);
  while (next) {
    messages.push(next);
    if (isEnough(next) || messages.length === LOOKUP_STEPS_MAX) break;
    next = await nextOf(nats, stream, next.sequence);
  }
  return messages;
}

const nextOf = (nats: NatsConnection, stream: string, after: Sequence) =>
  getMessage(nats, { seq: after + 1, next_by_subj: stream });

/** Whether a stream has a commit at a place; 0 is before the first. */
async function isCommit(nats: NatsConnection, stream: string, place: Sequence): Promise<boolean> {
  if (place === 0) return true;
  const found = await nextOf(nats, stream, place - 1);
  return found?.sequence === place && !found.isForeign;
}
