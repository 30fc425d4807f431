import fc from 'fast-check';
import type { SharingEvent } from '#shared/contracts/sharing.js';

type Parts = Readonly<{
  id: fc.Arbitrary<string>;
  ids: fc.Arbitrary<string[]>;
  time: fc.Arbitrary<string>;
  count: fc.Arbitrary<number>;
  mode: fc.Arbitrary<'control' | 'view'>;
}>;

/** Data for each event of shares, viewers and looks, of given parts. */
export function sharingData({ id, ids, time, count, mode }: Parts): {
  readonly [Type in SharingEvent['type']]: fc.Arbitrary<
    Extract<SharingEvent, { type: Type }>['data']
  >;
} {
  const ofShare = { shareId: id, sessionId: id, userId: id };
  const ofViewer = {
    ...{ viewerId: id, gatewayId: id, sessionId: id, userId: id, watcherId: id },
    ...{ mode, shareId: fc.option(id), participantIds: ids },
  };
  return {
    SessionShared: fc.record({
      ...{ ...ofShare, guestId: fc.option(id), secretHash: fc.option(id) },
      ...{ mode, peopleMax: count, expiresAt: time },
    }),
    ShareAccepted: fc.record({ ...ofShare, guestId: id, mode, expiresAt: time }),
    ShareModeChanged: fc.record({ ...ofShare, guestIds: ids, from: mode, to: mode }),
    ShareRevoked: fc.record({ ...ofShare, guestIds: ids }),
    ViewerJoined: fc.record({ ...ofViewer, order: count }),
    ViewerLeft: fc.record({ ...ofViewer, code: fc.option(count) }),
    ViewersConfirmed: fc.record({ gatewayId: id, viewers: count, at: time }),
    FrameSeen: fc.record({ sessionId: id, userId: id, watcherId: id, at: time }),
  };
}
