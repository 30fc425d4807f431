import { createHash, randomBytes, randomInt } from 'node:crypto';

const TOKEN_BYTES = 32;
/** Without the letters and digits that people mix up: i l o 0 1. */
const ALPHABET = 'abcdefghjkmnpqrstuvwxyz23456789';
/** 24 characters of 31: 118 bits. */
const PASSWORD_GROUPS = 6;
const GROUP_LENGTH = 4;

/** A token that nobody can guess: 43 characters of base64url. */
export const newToken = (): string => randomBytes(TOKEN_BYTES).toString('base64url');

/** What an API token begins with, so that people and scanners of source code know one when they see it. */
const API_TOKEN_PREFIX = 'srt_';

/** A token for a program. */
export const newApiToken = (): string => `${API_TOKEN_PREFIX}${newToken()}`;

/** What is kept of a token. It needs no salt: there is nothing to guess. */
export const tokenHashOf = (token: string): string =>
  createHash('sha256').update(token).digest('base64url');

/** 28 characters of 31: 138 bits, so that a hash of one is nothing to guess. */
const RECOVERY_GROUPS = 7;

/** A code to write down, like `k3vq-w9xd-p2hr-7mtn-c4yz-b8gs-4hjk`. */
export const newRecoveryCode = (): string =>
  Array.from({ length: RECOVERY_GROUPS }, newGroup).join('-');

/** What is kept of a recovery code, however it was typed. */
export const recoveryHashOf = (typed: string): string =>
  tokenHashOf(typed.toLowerCase().replace(/[^a-z0-9]/g, ''));

/** RFC 8628, section 6.1: no vowels, so no words; 34 bits, which are good for ten minutes and five guesses. */
const USER_CODE_ALPHABET = 'BCDFGHJKLMNPQRSTVWXZ';

/** A code to type from one screen into another, like `WDJB-MJHT`. */
export const newUserCode = (): string =>
  [1, 2].map(() => Array.from({ length: GROUP_LENGTH }, newLetter).join('')).join('-');

const newLetter = (): string => USER_CODE_ALPHABET[randomInt(USER_CODE_ALPHABET.length)] ?? '';

/** A code as it was meant, however it was typed. */
export const userCodeAsTyped = (typed: string): string =>
  typed.toUpperCase().replace(/[^A-Z]/g, '');

/** A password to read out or copy, like `k3vq-w9xd-p2hr-7mtn-c4yz-b8gs`. */
export const newPassword = (): string =>
  Array.from({ length: PASSWORD_GROUPS }, newGroup).join('-');

const newGroup = (): string =>
  Array.from({ length: GROUP_LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
