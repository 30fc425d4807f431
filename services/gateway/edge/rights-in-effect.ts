import { CatchUpCatalogue } from '#shared/contracts/catalog.js';
import type { Bus, Reply } from '#shared/es/operation.js';
import { systemContext } from '#shared/es/system-context.js';

/**
 * Answers for a change of who is in which group only once the catalogue knows of it, too: whoever was taken out sees
 * nothing any more by then, and whoever was put in sees it at once. Where that takes too long, the answer says so.
 */
export async function inEffect<R>(changing: Promise<Reply<R>>, bus: Bus): Promise<Reply<R>> {
  const reply = await changing;
  if (reply.kind === 'rejected' || reply.version === undefined) return reply;
  // The change is on record by now, whatever becomes of the catalogue.
  const caughtUp = await bus
    .request(CatchUpCatalogue, { through: reply.version }, systemContext())
    .then(
      (answer) => answer.kind === 'done' && answer.result.caught_up,
      () => false,
    );
  return caughtUp ? reply : { ...reply, caughtUp };
}
