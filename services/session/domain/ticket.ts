import type { ViewerTicketEvent, ViewerTicketIssued } from '#shared/contracts/session.js';
import { accept, type Decider, type Message, reject } from '#shared/es/decider.js';

type Grant = ViewerTicketIssued['data'];
export type Ticket =
  | Readonly<{ status: 'absent' }>
  | (Readonly<{ status: 'issued' }> & Grant)
  | (Readonly<{ status: 'redeemed' }> & Grant);

export type TicketCommand =
  | Message<'IssueViewerTicket', Grant>
  | Message<'RedeemViewerTicket', { sessionId: string; at: string }>;

const refused = (detail: string) => reject('TicketRefused', detail);

/** A viewer ticket: it opens one session once, and only for a short time. Its stream's id is the hash of it. */
export const ticket: Decider<TicketCommand, ViewerTicketEvent, Ticket> = {
  initialState: { status: 'absent' },

  evolve(state, event): Ticket {
    switch (event.type) {
      case 'ViewerTicketIssued':
        return { status: 'issued', ...event.data };
      case 'ViewerTicketRedeemed':
        return state.status === 'absent' ? state : { ...state, status: 'redeemed' };
    }
  },

  decide(command, state) {
    switch (command.type) {
      case 'IssueViewerTicket':
        if (state.status !== 'absent') return refused('This ticket has been issued before.');
        return accept({ type: 'ViewerTicketIssued', data: command.data });
      case 'RedeemViewerTicket':
        return redeem(command.data, state);
    }
  },
};

function redeem({ sessionId, at }: { sessionId: string; at: string }, state: Ticket) {
  if (state.status === 'absent') return refused('This ticket is unknown; ask for a new one.');
  if (state.status === 'redeemed') return refused('This ticket was used; ask for a new one.');
  if (state.sessionId !== sessionId) return refused('This ticket is for another session.');
  if (at >= state.expiresAt) {
    return refused(`This ticket expired at ${state.expiresAt}; ask for a new one.`);
  }
  const { userId, signInId, mode, ownerId, shareId } = state;
  const guest = ownerId !== undefined && shareId !== undefined && { ownerId, shareId };
  return accept<ViewerTicketEvent>({
    type: 'ViewerTicketRedeemed',
    data: { sessionId, userId, signInId, mode, ...guest },
  });
}
