import type { FastifyRequest } from 'fastify';
import { v5 as uuidV5 } from 'uuid';
import type { Actor, RequestContext } from '#shared/es/operation.js';
import { Problem } from './problem.js';

const COMMAND_NAMESPACE = '8c7a2c4b-0b7e-5d0a-9a55-9a3b8f4f5a61';
const IDEMPOTENCY_KEY_LENGTH_MAX = 255;
const USER_AGENT_LENGTH_MAX = 256;

/** Who asks, through which sign-in, which ends at `expiresAt` (epoch milliseconds). */
export type Caller = Readonly<{ actor: Actor; signInId?: string; expiresAt?: number }>;

/** What travels with a request to the services and into the events. Throws {@link Problem} for an unusable Idempotency-Key. */
export function contextOf(request: FastifyRequest, { actor, signInId }: Caller): RequestContext {
  const userAgent = request.headers['user-agent']?.slice(0, USER_AGENT_LENGTH_MAX);
  const { correlationId, span } = request.trace;
  return {
    actor,
    ...(signInId && { signInId }),
    commandId: commandIdOf(request, actor) ?? correlationId,
    correlationId,
    ip: request.ip,
    ...(userAgent && { userAgent }),
    ...(span.traceparent && { traceparent: span.traceparent }),
  };
}

/** The same key of the same person is the same command (draft-ietf-httpapi-idempotency-key-header). */
function commandIdOf(request: FastifyRequest, actor: Actor): string | undefined {
  const key = request.headers['idempotency-key'];
  // Strangers share one actor, and must not be able to ask for each other's answers.
  if (key === undefined || actor.role === 'anonymous') return undefined;
  if (typeof key !== 'string' || key.length === 0 || key.length > IDEMPOTENCY_KEY_LENGTH_MAX) {
    const detail = `Idempotency-Key takes 1 to ${IDEMPOTENCY_KEY_LENGTH_MAX} characters; a UUID will do.`;
    throw new Problem('InvalidRequest', detail);
  }
  return uuidV5(`${actor.id}\n${key}`, COMMAND_NAMESPACE);
}
