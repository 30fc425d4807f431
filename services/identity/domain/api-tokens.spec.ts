import { describe, it } from 'vitest';
import type { ApiTokenEvent } from '#shared/contracts/ways-in-events.js';
import { given } from '#test/support/given.js';
import { apiTokenUse, USE_NOTED_EVERY_MS } from './api-token-use.js';
import { API_TOKENS_MAX, apiTokens } from './api-tokens.js';

const start = Date.parse('2026-11-24T10:00:00.000Z');
const at = (ms: number): string => new Date(start + ms).toISOString();
const DAY = 86_400_000;
const issued = (tokenId: string, over: object = {}): ApiTokenEvent => ({
  type: 'ApiTokenIssued',
  data: {
    ...{ tokenId, userId: 'u1', name: 'ci', scopes: ['apps:read'], role: 'user' },
    ...{ tokenHash: 'h', issuedAt: at(0), expiresAt: at(DAY), droppedTokenIds: [], ...over },
  },
});
const issue = (tokenId: string, ms = 0) =>
  ({
    type: 'IssueApiToken',
    data: {
      ...({ tokenId, userId: 'u1', name: 'ci', scopes: ['apps:read'], role: 'user' } as const),
      ...{ tokenHash: 'h', issuedAt: at(ms), days: 1 },
    },
  }) as const;
const revoke = { type: 'RevokeApiToken', data: { tokenId: 't1', userId: 'u1' } } as const;
const many = Array.from({ length: API_TOKENS_MAX }, (_, n) => issued(`t${n}`));

describe('the API tokens of a user', () => {
  it('expire after the days that were asked for', () => {
    given(apiTokens)().when(issue('t1')).records(issued('t1'));
  });

  it('are no more than there may be', () => {
    given(apiTokens)(...many.slice(1))
      .when(issue('x'))
      .records(issued('x'));
    given(apiTokens)(...many)
      .when(issue('x'))
      .rejects('TooManyApiTokens');
  });

  it('make room when they expire, and not a moment before', () => {
    const ids = many.map(({ data }) => data.tokenId);
    const over = { issuedAt: at(DAY), expiresAt: at(2 * DAY), droppedTokenIds: ids };
    given(apiTokens)(...many)
      .when(issue('x', DAY - 1))
      .rejects('TooManyApiTokens');
    given(apiTokens)(...many)
      .when(issue('x', DAY))
      .records(issued('x', over));
    given(apiTokens)(...many, issued('x', over))
      .when(issue('y', DAY))
      .records(issued('y', { ...over, droppedTokenIds: [] }));
  });

  it('are issued once: nobody gets a second secret for the same one', () => {
    given(apiTokens)(issued('t1')).when(issue('t1')).rejects('TooManyApiTokens');
  });

  it('are revoked once, and only by their number', () => {
    const revoked = {
      type: 'ApiTokenRevoked',
      data: { tokenId: 't1', userId: 'u1', name: 'ci' },
    } as const;
    given(apiTokens)(issued('t1'), issued('t2')).when(revoke).records(revoked);
    given(apiTokens)(issued('t1'), revoked).when(revoke).rejects('ApiTokenUnknown');
    given(apiTokens)(issued('t2')).when(revoke).rejects('ApiTokenUnknown');
  });
});

describe('the use of an API token', () => {
  const used = (ms: number) =>
    ({ type: 'ApiTokenUsed', data: { tokenId: 't1', userId: 'u1', at: at(ms) } }) as const;
  const note = (ms: number) => ({ type: 'NoteUse', data: used(ms).data }) as const;

  it('is noted once a minute', () => {
    given(apiTokenUse)().when(note(0)).records(used(0));
    given(apiTokenUse)(used(0))
      .when(note(USE_NOTED_EVERY_MS - 1))
      .records();
    given(apiTokenUse)(used(0)).when(note(USE_NOTED_EVERY_MS)).records(used(USE_NOTED_EVERY_MS));
  });
});
