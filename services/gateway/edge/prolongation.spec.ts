import { describe, expect, it } from 'vitest';
import type { Commit } from '#shared/es/commit.js';
import { prolongationsOf } from './prolongation.js';

const commit = (type: string): Commit =>
  ({
    events: [{ type, data: { sessionId: 's1', expiresAt: '2026-11-20T12:00:00.000Z' } }],
  }) as unknown as Commit;

describe('an extended session', () => {
  it('gives its viewers more time, and nobody else', () => {
    const [more] = prolongationsOf(commit('sortie.session.SessionExtended.v1'));
    expect(more?.expiresAt).toBe(Date.UTC(2026, 10, 20, 12));
    const matching = [{ sessionId: 's1' }, { sessionId: 's2' }, {}].map((held) =>
      more?.matches(held),
    );
    expect(matching).toEqual([true, false, false]);
  });

  it('is the only thing that gives time', () => {
    expect(prolongationsOf(commit('sortie.session.SessionAdmitted.v1'))).toEqual([]);
  });
});
