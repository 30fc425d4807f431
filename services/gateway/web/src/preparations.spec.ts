import { afterEach, describe, expect, it } from 'vitest';
import type { Session } from './api-types.js';
import { forgetPreparations, hearPreparation, preparationOf } from './preparations.js';

const session = { id: 's1', status: 'creating' } as Session;
const at = (done: number) => ({ step: 'image', done, total: 100 }) as const;
const hear = (sessionId: string, done: number): void =>
  hearPreparation(JSON.stringify({ data: { sessionId, userId: 'u1', ...at(done) } }));
afterEach(() => forgetPreparations());

describe('how far a session is', () => {
  it('is what was told last, else what was read', () => {
    expect(preparationOf(session)).toBeUndefined();
    expect(preparationOf({ ...session, preparation: null })).toBeUndefined();
    const read = { ...session, preparation: at(1) };
    expect(preparationOf(read)).toEqual(at(1));
    hear('s1', 2);
    hear('s2', 50);
    expect(preparationOf(read)).toEqual(at(2));
    forgetPreparations();
    expect(preparationOf(read)).toEqual(at(1));
  });

  it('is nothing once it runs or has ended', () => {
    hear('s1', 2);
    for (const status of ['running', 'stopped', 'expired', 'failed'] as const) {
      expect(preparationOf({ ...session, status, preparation: at(1) })).toBeUndefined();
    }
  });

  it('is kept of the sessions that were told of last', () => {
    for (let i = 0; i < 150; i += 1) hear(`s${i}`, i);
    const known = Array.from({ length: 150 }, (_, i) => preparationOf({ ...session, id: `s${i}` }));
    expect(known.filter((one) => one !== undefined)).toHaveLength(100);
    expect(known[149]).toEqual(at(149));
  });
});
