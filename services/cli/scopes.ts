import type { IssueApiTokenRequest } from '#shared/client/paths.js';

/** What an API token may do. */
export type Scope = IssueApiTokenRequest['scopes'][number];

/** All that there is, in the order in which people are told. */
export const SCOPES: readonly Scope[] = [
  ...(['apps:read', 'apps:write', 'sessions:read', 'sessions:write'] as const),
  ...(['users:read', 'users:write', 'audit:read', 'audit:write'] as const),
  ...(['operations:read', 'operations:write'] as const),
];
