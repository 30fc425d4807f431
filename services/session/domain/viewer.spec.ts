import { describe, it } from 'vitest';
import type { ViewerEvent } from '#shared/contracts/sharing.js';
import { given } from '#test/support/given.js';
import { viewer, type ViewerCommand } from './viewer.js';

const of = {
  ...{ viewerId: 'v1', gatewayId: 'g1', sessionId: 's1', userId: 'ann', watcherId: 'bert' },
  ...{ mode: 'view' as const, shareId: 'h1' },
} as const;
const joined: ViewerEvent = {
  type: 'ViewerJoined',
  data: { ...of, participantIds: ['bert'], order: 7 },
};
const left = (code: number | null): ViewerEvent => ({
  type: 'ViewerLeft',
  data: { ...of, participantIds: ['bert', 'cy'], code },
});
const join: ViewerCommand = { type: 'RecordViewerJoined', data: joined.data as never };
const leave = (code: number | null): ViewerCommand => ({
  type: 'RecordViewerLeft',
  data: { participantIds: ['bert', 'cy'], code },
});

describe('a viewer', () => {
  it('joins once, however often it is told', () => {
    given(viewer)().when(join).records(joined);
    given(viewer)(joined).when(join).records();
  });

  it('leaves once, and tells who it was and who hears of it now', () => {
    given(viewer)(joined).when(leave(1000)).records(left(1000));
    given(viewer)(joined, left(1000)).when(leave(null)).records();
    given(viewer)().when(leave(1000)).records();
  });

  it('does not come back when its joining is told late', () => {
    given(viewer)(joined, left(4403)).when(join).records();
  });

  it('comes back when it was given up and its gateway speaks again', () => {
    given(viewer)(joined, left(null)).when(join).records(joined);
  });
});
