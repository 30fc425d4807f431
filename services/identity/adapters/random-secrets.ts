import { createHash, randomBytes, randomInt } from 'node:crypto';

const TOKEN_BYTES = 32;
/** Without the letters and digits that people mix up: i l o 0 1. */
const ALPHABET = 'abcdefghjkmnpqrstuvwxyz23456789';
/** 24 characters of 31: 118 bits. */
const PASSWORD_GROUPS = 6;
const GROUP_LENGTH = 4;

/** A token that nobody can guess: 43 characters of base64url. */
export const newToken = (): string => randomBytes(TOKEN_BYTES).toString('base64url');

/** What is kept of a token. It needs no salt: there is nothing to guess. */
export const tokenHashOf = (token: string): string =>
  createHash('sha256').update(token).digest('base64url');

/** A password to read out or copy, like `k3vq-w9xd-p2hr-7mtn-c4yz-b8gs`. */
export const newPassword = (): string =>
  Array.from({ length: PASSWORD_GROUPS }, newGroup).join('-');

const newGroup = (): string =>
  Array.from({ length: GROUP_LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
