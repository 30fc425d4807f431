import type { ApiTokenEvent, ApiTokenIssued } from '#shared/contracts/ways-in-events.js';
import { accept, type Decider, type Message, reject } from '#shared/es/decider.js';

/** Tokens that one user can have at a time. */
export const API_TOKENS_MAX = 50;
const DAY_MS = 24 * 60 * 60 * 1_000;

type Live = Readonly<{ tokenId: string; name: string; expiresAt: string }>;

/** The tokens of one user that have not been revoked. */
export type ApiTokens = Readonly<{ tokens: readonly Live[] }>;

export type ApiTokensCommand =
  | Message<
      'IssueApiToken',
      Omit<ApiTokenIssued['data'], 'expiresAt' | 'droppedTokenIds'> & { days: number }
    >
  | Message<'RevokeApiToken', { tokenId: string; userId: string }>;

/** The API tokens of one user, of whom there is a bounded number: those that have expired make room. */
export const apiTokens: Decider<ApiTokensCommand, ApiTokenEvent, ApiTokens> = {
  initialState: { tokens: [] },

  evolve({ tokens }, event): ApiTokens {
    const { tokenId, name } = event.data;
    if (event.type === 'ApiTokenRevoked') {
      return { tokens: tokens.filter((token) => token.tokenId !== tokenId) };
    }
    const { expiresAt, droppedTokenIds } = event.data;
    const kept = tokens.filter((token) => !droppedTokenIds.includes(token.tokenId));
    return { tokens: [...kept, { tokenId, name, expiresAt }] };
  },

  decide(command, { tokens }) {
    const { tokenId, userId } = command.data;
    const known = tokens.find((token) => token.tokenId === tokenId);
    if (command.type === 'RevokeApiToken') {
      if (!known) return apiTokenUnknown(tokenId);
      return accept({ type: 'ApiTokenRevoked', data: { tokenId, userId, name: known.name } });
    }
    const { days, ...issued } = command.data;
    const at = issued.issuedAt;
    const droppedTokenIds = tokens
      .filter(({ expiresAt }) => expiresAt <= at)
      .map((token) => token.tokenId);
    if (known || tokens.length - droppedTokenIds.length >= API_TOKENS_MAX) return tooMany();
    const expiresAt = new Date(Date.parse(at) + days * DAY_MS).toISOString();
    return accept({ type: 'ApiTokenIssued', data: { ...issued, expiresAt, droppedTokenIds } });
  },
};

/** The refusal for a token that is not this user's, or not any more. */
export const apiTokenUnknown = (tokenId: string) =>
  reject('ApiTokenUnknown', `There is no API token "${tokenId}"; list those that there are.`);

const tooMany = () =>
  reject(
    'TooManyApiTokens',
    `A user has ${API_TOKENS_MAX} API tokens at most; revoke one that is not needed any more.`,
  );
