import { v5 as uuidV5 } from 'uuid';
import type { z } from 'zod';
import type { IssueApiToken } from '#shared/contracts/ways-in.js';
import type { ApiTokenEvent, ApiTokenIssued } from '#shared/contracts/ways-in-events.js';
import { rejected, resultOf } from '#shared/boot/reply.js';
import type { Reply, RequestContext } from '#shared/es/operation.js';
import { newApiToken, tokenHashOf } from '../adapters/random-secrets.js';
import { apiTokens } from '../domain/api-tokens.js';
import type { Identity } from '../tokens.js';
import { findById } from './names.js';

const TOKEN_ID_NAMESPACE = '0d6c8f0a-3b62-5f5e-9f0b-6f8f6a1f4c57';

type Wish = z.infer<typeof IssueApiToken.data>;
type Result = z.infer<typeof IssueApiToken.result>;

/** Issues a token to the user who asks, who is shown it once. */
export async function issueApiToken(
  identity: Identity,
  { name: wished, scopes, expires_in_days: days }: Wish,
  context: RequestContext,
): Promise<Reply<Result>> {
  const { id: userId } = context.actor;
  // The role that the user has, not the one that came along: the token ends with it.
  const known = await findById(identity, userId);
  if (!known?.isActive) return rejected('SignInRequired', 'You are not signed in any more.');
  const { role } = known.account;
  const name = (await identity.personal.seal(userId, 'token_name', wished)) ?? wished;
  const token = newApiToken();
  const tokenHash = tokenHashOf(token);
  const tokenId = uuidV5(context.commandId, TOKEN_ID_NAMESPACE);
  const issuedAt = identity.now().toISOString();
  const data = { tokenId, userId, name, scopes, role, tokenHash, issuedAt, days };
  const outcome = await identity.commands.handle(apiTokens, {
    aggregate: 'tokens',
    id: userId,
    command: { type: 'IssueApiToken', data },
    context,
  });
  const shown = resultOf(outcome, ([event]) => {
    const issued = issuedOf(event);
    return {
      token: issued.tokenHash === tokenHash ? token : null,
      api_token: {
        ...{ id: issued.tokenId, name: issued.name, scopes: [...issued.scopes] },
        ...{ created_at: issued.issuedAt, expires_at: issued.expiresAt },
        ...{ last_used_at: null, active: true },
      },
    };
  });
  return identity.personal.opened(shown);
}

function issuedOf(event: ApiTokenEvent): ApiTokenIssued['data'] {
  if (event.type === 'ApiTokenIssued') return event.data;
  throw new Error(`Issuing an API token was answered with ${event.type}`);
}
