import { describe, expect, it } from 'vitest';
import { announcePreparation, percentOf, sayPreparation } from './preparation-words.js';

const MB = 1_000_000;
const plain = (said: string): string => said.replaceAll('\u00a0', ' ');
const at = (done: number, total: number) => ({ step: 'image', done, total }) as const;

describe('saying how far a session is', () => {
  it.each([
    [at(126 * MB, 300 * MB), 'Fetching the app’s image: 42 % (126 of 300 MB)'],
    [at(0, 300 * MB), 'Fetching the app’s image: 0 % (0.0 of 300 MB)'],
    [at(1.25 * MB, 4 * MB), 'Fetching the app’s image: 31 % (1.3 of 4.0 MB)'],
    [at(1_200 * MB, 2_500 * MB), 'Fetching the app’s image: 48 % (1,200 of 2,500 MB)'],
    [at(0, 0), 'Fetching the app’s image'],
    [at(12 * MB, 0), 'Fetching the app’s image: 12 MB so far'],
  ])('of %j', (preparation, said) => {
    expect(plain(sayPreparation(preparation, 'en'))).toBe(said);
  });

  it('says all only when all is there, and never more', () => {
    expect([at(999, 1_000), at(1_000, 1_000), at(1_001, 1_000)].map(percentOf)).toEqual([
      ...[99, 100, 100],
    ]);
    const said = plain(sayPreparation(at(301 * MB, 300 * MB), 'en'));
    expect(said).toContain('100 % (300 of 300 MB)');
  });

  it('interrupts who listens four times on the way', () => {
    const said = Array.from({ length: 101 }, (_, percent) =>
      plain(announcePreparation(at(percent, 100))),
    );
    expect([...new Set(said)]).toEqual([
      'Fetching the app’s image',
      'Fetching the app’s image: 25 %',
      'Fetching the app’s image: 50 %',
      'Fetching the app’s image: 75 %',
      'Fetching the app’s image: 100 %',
    ]);
    expect(announcePreparation(at(12, 0))).toBe('Fetching the app’s image');
  });
});
