/** What a token can be allowed to do (shared/es/operation.ts), in the words of this page. */
export const SCOPE_AREAS: readonly { area: string; name: string; read: string; write: string }[] = [
  {
    area: 'apps',
    name: 'Apps',
    read: 'See the apps',
    write: 'Launch, and change those you may change',
  },
  { area: 'sessions', name: 'Sessions', read: 'See sessions', write: 'Start, extend and stop' },
  { area: 'users', name: 'Users', read: 'See users and groups', write: 'Change users and groups' },
  { area: 'audit', name: 'Audit trail', read: 'Read and export it', write: 'Change what is kept' },
  {
    area: 'operations',
    name: 'Operations',
    read: 'See how the server does',
    write: 'Rebuild read models',
  },
];

/** Says what scopes allow: 'Apps, Sessions (read only)'. */
export function sayScopes(scopes: readonly string[]): string {
  return SCOPE_AREAS.flatMap(({ area, name }) => {
    if (scopes.includes(`${area}:write`)) return [name];
    return scopes.includes(`${area}:read`) ? [`${name} (read only)`] : [];
  }).join(', ');
}
