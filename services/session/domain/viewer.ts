import type { ViewerEvent, ViewerJoined } from '#shared/contracts/sharing.js';
import { accept, type Decider, type Message } from '#shared/es/decider.js';

type Joined = ViewerJoined['data'];
export type Viewer =
  | Readonly<{ status: 'absent' | 'left' | 'lost' }>
  | (Readonly<{ status: 'open' }> & Omit<Joined, 'participantIds'>);

export type ViewerCommand =
  | Message<'RecordViewerJoined', Joined>
  | Message<'RecordViewerLeft', { participantIds: string[]; code: number | null }>;

/**
 * One open viewer: it joins once and leaves once, however often and in whatever order a gateway says so. Only one that
 * was given up because its gateway was silent can come back: the gateway has spoken again.
 */
export const viewer: Decider<ViewerCommand, ViewerEvent, Viewer> = {
  initialState: { status: 'absent' },

  evolve(_, event): Viewer {
    if (event.type === 'ViewerLeft') return { status: event.data.code === null ? 'lost' : 'left' };
    const { participantIds: _participants, ...joined } = event.data;
    return { status: 'open', ...joined };
  },

  decide(command, state) {
    if (command.type === 'RecordViewerJoined') {
      const isNews = state.status === 'absent' || state.status === 'lost';
      return isNews ? accept({ type: 'ViewerJoined', data: command.data }) : accept();
    }
    if (state.status !== 'open') return accept();
    const { status: _status, order: _order, ...of } = state;
    return accept({ type: 'ViewerLeft', data: { ...of, ...command.data } });
  },
};
