import { PASSWORD_LENGTH_MAX, PASSWORD_LENGTH_MIN } from '#shared/contracts/identity.js';

/**
 * Says what is wrong with a new password, as the end of a sentence about it (OWASP ASVS 5.0, 6.2); undefined when it
 * will do. `isCommon` knows those that guessers try first.
 */
export function weaknessOf(
  password: string,
  userName: string,
  isCommon: (password: string) => boolean,
): string | undefined {
  const length = Array.from(password).length;
  if (length < PASSWORD_LENGTH_MIN) return `needs at least ${PASSWORD_LENGTH_MIN} characters`;
  if (password.length > PASSWORD_LENGTH_MAX) {
    return `takes at most ${PASSWORD_LENGTH_MAX} characters`;
  }
  const lower = password.toLowerCase();
  if (lower === userName.toLowerCase()) return 'must not be the user name';
  if (isCommon(password) || new Set(lower).size === 1) {
    return 'is one of the first that a guesser tries; choose another';
  }
  return undefined;
}
