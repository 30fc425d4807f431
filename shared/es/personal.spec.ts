import { describe, expect, it } from 'vitest';
import { isPersonal, personalParts, personalText, personalTextsIn, withTexts } from './personal.js';

const text = personalText({ person: 'u1', field: 'user_name', sealed: 'v1.00ff.Abc-_' });

describe('a personal text', () => {
  it('says whose it is and which field, to everybody', () => {
    expect(personalParts(text)).toEqual({
      person: 'u1',
      field: 'user_name',
      sealed: 'v1.00ff.Abc-_',
    });
  });

  it.each(['ada', 'personal.u1.name', 'personal.u1.Name.v1.x', 'Xpersonal.u1.name.v1', `${text} `])(
    'is not %j',
    (other) => {
      expect(isPersonal(other)).toBe(false);
    },
  );
});

describe('plain data', () => {
  const entry = { user: 'u1', details: { names: [text, 'plain'], deep: { name: text } }, n: null };

  it('tells each personal text in it once', () => {
    expect(personalTextsIn(entry)).toEqual([text]);
  });

  it('is copied with what is known of them in their place', () => {
    expect(withTexts(entry, new Map([[text, 'ada']]))).toEqual({
      user: 'u1',
      details: { names: ['ada', 'plain'], deep: { name: 'ada' } },
      n: null,
    });
    expect(withTexts(entry, new Map())).toEqual(entry);
  });
});
