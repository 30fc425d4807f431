import { describe, expect, it } from 'vitest';
import { sayPeople } from './share-words.js';

describe('a share', () => {
  it('is told by the names of the people whom it lets in', () => {
    const ada = { user_id: '1', user_name: 'ada' };
    expect(sayPeople({ kind: 'person', people: [ada], people_max: 1 })).toBe('ada');
    expect(sayPeople({ kind: 'person', people: [{ user_id: '2' }], people_max: 1 })).toBe(
      'Somebody',
    );
    expect(sayPeople({ kind: 'link', people: [], people_max: 5 })).toBe('Link, taken by 0 of 5');
    expect(sayPeople({ kind: 'link', people: [ada], people_max: 5 })).toBe(
      'Link, taken by 1 of 5: ada',
    );
  });
});
