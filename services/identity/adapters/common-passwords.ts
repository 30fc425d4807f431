import { dictionary } from '@zxcvbn-ts/language-common';
import { PASSWORD_LENGTH_MIN } from '#shared/contracts/identity.js';

/** Words that only a guesser who knows this program would try. */
const OF_OUR_OWN = ['sortie123', 'sortie1234', 'sortiesortie', 'admin.sortie', 'changeme123'];

/** About 18,000 passwords that leaked most often, and are long enough to be chosen here (OWASP ASVS 5.0, 6.2.4). */
const COMMON: ReadonlySet<string> = new Set([
  ...dictionary['passwords-common']
    .filter((word) => word.length >= PASSWORD_LENGTH_MIN)
    .map((word) => word.toLowerCase()),
  ...OF_OUR_OWN,
]);

/** Says whether a password is one of those that guessers try first, whatever the case of its letters. */
export const isCommonPassword = (password: string): boolean => COMMON.has(password.toLowerCase());
