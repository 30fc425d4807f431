import { SealOrigin } from '#shared/contracts/erasure.js';
import { type Bus, BusUnavailableError, type RequestContext } from '#shared/es/operation.js';
import { systemContext } from '#shared/es/system-context.js';

/**
 * The context of what a gateway tells of a person, with where it came from sealed for that person. Of what can't be
 * sealed now nothing is kept.
 */
export async function sealedFor(
  bus: Bus,
  userId: string,
  { ip, userAgent, ...context }: RequestContext,
): Promise<RequestContext> {
  if (!ip && !userAgent) return context;
  const origin = { ...(ip && { ip }), ...(userAgent && { user_agent: userAgent }) };
  const sealed = await bus
    .request(SealOrigin, { user_id: userId, ...origin }, systemContext())
    .catch(unlessUnavailable);
  if (sealed?.kind !== 'done') return context;
  const { ip: address, user_agent: program } = sealed.result;
  return { ...context, ...(address && { ip: address }), ...(program && { userAgent: program }) };
}

function unlessUnavailable(error: unknown): undefined {
  if (!(error instanceof BusUnavailableError)) throw error;
}
