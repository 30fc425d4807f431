import { describe, expect, it } from 'vitest';
import { SCOPES } from '#shared/es/operation.js';
import { sayScopes, SCOPE_AREAS } from './scopes.js';

describe('the scopes of tokens', () => {
  it('are those that the server knows', () => {
    const own = SCOPE_AREAS.flatMap(({ area }) => [`${area}:read`, `${area}:write`]);
    expect(own.toSorted()).toEqual([...SCOPES].toSorted());
  });

  it('are said by their areas', () => {
    expect(sayScopes(['sessions:write', 'apps:read', 'sessions:read'])).toBe(
      'Apps (read only), Sessions',
    );
    expect(sayScopes([])).toBe('');
  });
});
