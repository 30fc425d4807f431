import { describe, expect, it } from 'vitest';
import { userIdOf } from './user-names.js';

const users = [
  { id: 'u1', name: 'Ada' },
  { id: 'u2', name: 'grace' },
];

describe('what was typed for a user', () => {
  it('is a name in any case', () => {
    expect(userIdOf(' ADA ', users)).toBe('u1');
  });
  it('is an id when nobody has that name', () => {
    expect(userIdOf(' u2 ', users)).toBe('u2');
    expect(userIdOf('console', users)).toBe('console');
  });
  it('may be nothing', () => {
    expect(userIdOf('', users)).toBe('');
  });
});
