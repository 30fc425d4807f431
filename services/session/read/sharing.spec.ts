import { describe, expect, it } from 'vitest';
import type { ShareEvent, ViewerEvent } from '#shared/contracts/sharing.js';
import type { RecordedEvent } from '#shared/es/commit.js';
import type { ReadModel, Row } from '#shared/es/read-model.js';
import { sessionShares } from './session-shares.js';
import { sessionViewers } from './session-viewers.js';
import { shareGuests } from './share-guests.js';

const of = { shareId: 'h1', sessionId: 's1', userId: 'ann' };
const ends = { expiresAt: '2026-11-21T11:00:00.000Z' };
const link: ShareEvent = {
  type: 'SessionShared',
  data: { ...of, ...ends, guestId: null, secretHash: 'hash', mode: 'control', peopleMax: 2 },
};
const taken: ShareEvent = {
  type: 'ShareAccepted',
  data: { ...of, ...ends, guestId: 'bert', mode: 'control' },
};
const cut: ShareEvent = {
  type: 'ShareModeChanged',
  data: { ...of, guestIds: ['bert'], from: 'control', to: 'view' },
};
const revoked: ShareEvent = { type: 'ShareRevoked', data: { ...of, guestIds: ['bert'] } };

const recorded = <E extends ShareEvent | ViewerEvent>(event: E, index: number, stream: string) =>
  ({
    ...{ ...event, sequence: index + 1, index: 0, stream: `sortie.event.session.${stream}` },
    cloud: { time: `2026-11-21T10:00:0${index}.000Z` },
  }) as unknown as RecordedEvent;

/** All rows after some events of one stream. */
function rowsAfter(model: ReadModel, events: readonly RecordedEvent[]): Row[] {
  const rows = new Map<string, Row>();
  for (const event of events) {
    for (const key of model.keysOf(event)) {
      const row = model.project(rows.get(key), event, key);
      if (row) rows.set(key, row);
      else rows.delete(key);
    }
  }
  return [...rows.values()];
}
const shares = (...events: ShareEvent[]) =>
  events.map((event, i) => recorded(event, i, 'share.h1'));

describe('the shares', () => {
  it('know whom they let in, and go when they are revoked', () => {
    const [row] = rowsAfter(sessionShares, shares(link, taken, cut));
    expect(row).toMatchObject({
      ...{ id: 'h1', session_id: 's1', owner_id: 'ann', secret_hash: 'hash' },
      ...{ mode: 'view', guest_ids: '["bert"]', people_max: 2, version: 3 },
    });
    expect(rowsAfter(sessionShares, shares(link, taken, cut, revoked))).toEqual([]);
  });

  it('have a row for each guest, of nobody before somebody has taken the link', () => {
    expect(rowsAfter(shareGuests, shares(link))).toEqual([]);
    expect(rowsAfter(shareGuests, shares(link, taken))).toEqual([
      {
        ...{ id: 'h1.bert', share_id: 'h1', session_id: 's1', owner_id: 'ann', guest_id: 'bert' },
        ...{ mode: 'control', since: '2026-11-21T10:00:01.000Z', expires_at: ends.expiresAt },
      },
    ]);
    expect(rowsAfter(shareGuests, shares(link, taken, cut))).toMatchObject([{ mode: 'view' }]);
    expect(rowsAfter(shareGuests, shares(link, taken, cut, revoked))).toEqual([]);
  });

  it('are the same when events come again', () => {
    const events = shares(link, taken, cut);
    for (const model of [sessionShares, shareGuests]) {
      const twice = events.flatMap((event) => [event, event]);
      expect(rowsAfter(model, twice)).toEqual(rowsAfter(model, events));
    }
  });
});

const viewer = {
  ...{ viewerId: 'v1', gatewayId: 'g1', sessionId: 's1', userId: 'ann', watcherId: 'bert' },
  ...{ mode: 'view' as const, shareId: 'h1', participantIds: ['bert'] },
} as const;
const joined: ViewerEvent = {
  type: 'ViewerJoined',
  data: { ...viewer, participantIds: ['bert'], order: 9 },
};
const left: ViewerEvent = {
  type: 'ViewerLeft',
  data: { ...viewer, participantIds: ['bert'], code: null },
};

describe('the viewers', () => {
  it('are there from their joining to their leaving', () => {
    const [first, last] = [recorded(joined, 0, 'viewer.v1'), recorded(left, 1, 'viewer.v1')];
    expect(rowsAfter(sessionViewers, [first])).toEqual([
      {
        ...{ id: 'v1', session_id: 's1', user_id: 'bert', mode: 'view', share_id: 'h1' },
        ...{ gateway_id: 'g1', join_order: 9, since: '2026-11-21T10:00:00.000Z' },
      },
    ]);
    expect(rowsAfter(sessionViewers, [first, first])).toHaveLength(1);
    expect(rowsAfter(sessionViewers, [first, last])).toEqual([]);
  });

  it('and the shares are touched by no other stream', () => {
    const event = recorded(joined, 0, 'activity.s1');
    for (const model of [sessionShares, shareGuests, sessionViewers]) {
      expect(model.keysOf(event)).toEqual([]);
    }
  });
});
