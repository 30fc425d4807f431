import type { NatsConnection } from 'nats';
import type { StreamAccess } from './jetstream-access.js';
import { getMessage } from './jetstream-messages.js';
import type { PullEnd } from './jetstream-pull.js';
import { missingCommit } from './jetstream-stream.js';

/**
 * Tells a message that did not arrive, which is there when asked for again, from a commit that the stream has lost, or a
 * stream that has gone back: then the log ends for this process, and that is thrown.
 */
export async function requirePresent(
  access: StreamAccess,
  nats: NatsConnection,
  { wanted, came }: Extract<PullEnd, { kind: 'gap' }>,
): Promise<void> {
  const { head } = await access.check(nats);
  // The server that sent it has not got there yet.
  if (head < wanted || came < wanted) return;
  if (await getMessage(nats, { seq: wanted })) return;
  access.end(missingCommit(wanted));
  access.ended.throwIfAborted();
}
