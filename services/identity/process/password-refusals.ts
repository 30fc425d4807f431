import { isCommonPassword } from '../adapters/common-passwords.js';
import { HashQueueFullError } from '../adapters/hash-queue.js';
import type { Rejected } from '#shared/es/decider.js';
import type { Reply } from '#shared/es/operation.js';
import { weaknessOf } from '../domain/password-policy.js';

/** A refusal that names the field at fault. */
export const refusedField = ({ code, detail }: Rejected, field: string): Reply<never> => ({
  kind: 'rejected',
  code,
  detail,
  errors: [{ field, message: detail }],
});

/** Refuses a new password that is too weak for the user; undefined when it will do. */
export function weakPassword(
  field: string,
  password: string,
  userName: string,
): Reply<never> | undefined {
  const weakness = weaknessOf(password, userName, isCommonPassword);
  if (weakness === undefined) return undefined;
  const detail = `The password ${weakness}.`;
  return {
    kind: 'rejected',
    code: 'PasswordTooWeak',
    detail,
    errors: [{ field, message: weakness }],
  };
}

/** Answers `Unavailable` with when to come back while too many passwords are being checked. */
export async function unlessBusy<R>(work: Promise<Reply<R>>): Promise<Reply<R>> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof HashQueueFullError)) throw error;
    const { message, retryAfterSeconds } = error;
    return { kind: 'rejected', code: 'Unavailable', detail: message, retryAfterSeconds };
  }
}
