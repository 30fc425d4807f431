import type { SealedOrigin } from '#shared/contracts/erasure.js';
import { systemContext } from '#shared/es/system-context.js';
import type { Identity } from '../tokens.js';

type Origin = Readonly<{ ip?: string; user_agent?: string }>;

/** Where a person's request came from, as it may be kept. Errors: StoreUnavailableError. */
export async function sealedOriginOf(
  { personal }: Identity,
  userId: string,
  { ip, user_agent: userAgent }: Origin,
): Promise<SealedOrigin> {
  const plain = { ...systemContext(), ...(ip && { ip }), ...(userAgent && { userAgent }) };
  const sealed = await personal.originOf(plain, userId);
  return {
    ...(sealed.ip && { ip: sealed.ip }),
    ...(sealed.userAgent && { user_agent: sealed.userAgent }),
  };
}
