import { expect, it } from 'vitest';
import { isCommonPassword } from './common-passwords.js';

it.each([
  'password',
  'PassWord1',
  'qwertyuiop',
  'iloveyou2',
  'Sortie123',
  'letmein123',
  'trustno1',
])('"%s" is common', (password) => expect(isCommonPassword(password)).toBe(true));

it.each(['mauve stapler 42', '12 monkeys on a raft', 'correct horse battery staple'])(
  '"%s" is not',
  (password) => expect(isCommonPassword(password)).toBe(false),
);
