import type { NatsConnection } from 'nats';
import { goneBack, type StreamAccess } from './jetstream-access.js';
import type { PullEnd } from './jetstream-pull.js';
import { getMessage } from './jetstream-messages.js';
import { missingCommit } from './jetstream-stream.js';

/**
 * Tells a message that did not arrive, which is there when asked for again, from a commit that the stream has lost: then
 * the log ends for this process, and that is thrown.
 */
export async function requirePresent(
  access: StreamAccess,
  nats: NatsConnection,
  { wanted, came }: Extract<PullEnd, { kind: 'gap' }>,
): Promise<void> {
  if (came >= wanted && (await getMessage(nats, { seq: wanted }))) return;
  access.end(came < wanted ? goneBack(came, wanted - 1) : missingCommit(wanted));
  access.ended.throwIfAborted();
}
