import { describe, expect, it } from 'vitest';
import { weaknessOf as weaknessAmong } from './password-policy.js';

const weaknessOf = (password: string, userName: string) =>
  weaknessAmong(password, userName, (tried) => tried === 'PassWord1');

describe('a new password', () => {
  it.each(['mauve stapler', 'ünïcødé1', '12 monkeys on a raft', 'x'.repeat(127) + 'y'])(
    'may be "%s"',
    (password) => expect(weaknessOf(password, 'ada')).toBeUndefined(),
  );
  it('needs eight characters, however many bytes they take', () => {
    expect(weaknessOf('seven77', 'ada')).toBe('needs at least 8 characters');
    expect(weaknessOf('😀😁😂🤣😃😄😅', 'ada')).toBe('needs at least 8 characters');
  });
  it('takes at most 128', () => {
    expect(weaknessOf('xy'.repeat(65), 'ada')).toBe('takes at most 128 characters');
  });
  it.each(['PassWord1', '!!!!!!!!'])('may not be "%s"', (password) =>
    expect(weaknessOf(password, 'ada')).toContain('first that a guesser tries'),
  );
  it('may not be the user name in any case', () => {
    expect(weaknessOf('Ada.Lovelace', 'ada.lovelace')).toBe('must not be the user name');
  });
});
