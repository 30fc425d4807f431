import { describe, expect, it } from 'vitest';
import { RegisterUser } from '#shared/contracts/identity.js';
import { namesFor } from './external-name.js';

const isUserName = (name: string): boolean =>
  RegisterUser.data.safeParse({ name, role: 'user' }).success;

describe('the name of somebody from elsewhere', () => {
  it.each([
    ['ada', 'ada'],
    ['Ada.Lovelace', 'Ada.Lovelace'],
    ['ada@example.com', 'ada'],
    ['Ada Lovelace', 'AdaLovelace'],
    ['Zoë', 'Zoe'],
    ['../../etc', '....etc'],
    ['<script>', 'script'],
    ['a\r\nb', 'ab'],
    ['日本', 'person'],
    ['', 'person'],
    ['@example.com', 'person'],
    [undefined, 'person'],
    ['x'.repeat(200), 'x'.repeat(48)],
  ])('%j becomes %j', (preferred, name) => {
    const names = namesFor(preferred, '0f9c2b4e');
    expect(names[0]).toBe(name);
    expect(names.filter((one) => !isUserName(one))).toEqual([]);
    expect(new Set(names).size).toBe(names.length);
  });

  it('has others to try, and one that nobody has', () => {
    expect(namesFor('ada', 'q7')).toEqual(['ada', 'ada-2', 'ada-3', 'ada-4', 'ada-5', 'ada-q7']);
  });
});
