import type { FastifyRequest } from 'fastify';
import { v5 as uuidV5 } from 'uuid';
import type { Actor, RequestContext, Scope } from '#shared/es/operation.js';
import type { SealedOrigin } from '#shared/contracts/erasure.js';
import { Problem } from './problem.js';

const COMMAND_NAMESPACE = '8c7a2c4b-0b7e-5d0a-9a55-9a3b8f4f5a61';
const IDEMPOTENCY_KEY_LENGTH_MAX = 255;
const USER_AGENT_LENGTH_MAX = 256;

/** Who asks, through which sign-in or API token, which ends at `expiresAt` (epoch milliseconds). */
export type Caller = Readonly<{
  actor: Actor;
  signInId?: string;
  tokenId?: string;
  /** What the token is cut to; undefined for everybody who does not use one. */
  scopes?: readonly Scope[];
  mustChangePassword?: true;
  expiresAt?: number;
  /** Where a person sits, sealed under the person's own key. */
  origin?: SealedOrigin;
}>;

/** Where a request comes from, as it is: for whoever seals it, and for limits on strangers. */
export function plainOriginOf(request: FastifyRequest): SealedOrigin {
  const userAgent = request.headers['user-agent']?.slice(0, USER_AGENT_LENGTH_MAX);
  return { ...(request.ip && { ip: request.ip }), ...(userAgent && { user_agent: userAgent }) };
}

/**
 * What travels with a request to the services and into the events. Where a person sits goes along sealed or not at all;
 * of a stranger it is as it is, and identity seals it before it gets into the log.
 * Throws {@link Problem} for an unusable Idempotency-Key.
 */
export function contextOf(request: FastifyRequest, caller: Caller): RequestContext {
  const { actor, signInId, tokenId, scopes, mustChangePassword } = caller;
  const { correlationId, span } = request.trace;
  return {
    actor,
    ...(signInId && { signInId }),
    ...(tokenId && { tokenId }),
    ...(scopes && { scopes }),
    ...(mustChangePassword && { mustChangePassword }),
    commandId: commandIdOf(request, actor) ?? correlationId,
    correlationId,
    ...originOf(request, caller),
    ...(span.traceparent && { traceparent: span.traceparent }),
  };
}

function originOf(request: FastifyRequest, { actor, origin = {} }: Caller) {
  const { ip, user_agent: userAgent } =
    actor.role === 'anonymous' ? plainOriginOf(request) : origin;
  return { ...(ip && { ip }), ...(userAgent && { userAgent }) };
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
