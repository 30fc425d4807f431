import { describe, expect, it } from 'vitest';
import { nameOrId, userIdOf } from './user-names.js';

const users = [
  { id: 'u1', name: 'Ada' },
  { id: 'u2', name: 'grace' },
];

describe('what somebody is called', () => {
  it('is the name, where that is known', () => {
    expect(nameOrId('01912c1e-6f6a-7d5e-8c3b-2f4f5a6b7c8d', 'ada')).toBe('ada');
  });
  it('is the end of the id where it is not; what is no person has a short one, told whole', () => {
    expect(nameOrId('01912c1e-6f6a-7d5e-8c3b-2f4f5a6b7c8d', undefined)).toBe('user …5a6b7c8d');
    expect(nameOrId('console', undefined)).toBe('console');
  });
});

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
