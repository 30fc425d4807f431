import { describe, it } from 'vitest';
import type { ViewerTicketEvent } from '#shared/contracts/session.js';
import { given } from '#test/support/given.js';
import { ticket, type TicketCommand } from './ticket.js';

const expiresAt = '2026-11-20T10:00:30.000Z';
const granted = {
  sessionId: 's1',
  userId: 'u1',
  signInId: 'in1',
  mode: 'view',
  expiresAt,
} as const;
const issued: ViewerTicketEvent = { type: 'ViewerTicketIssued', data: granted };
const redeemed: ViewerTicketEvent = {
  type: 'ViewerTicketRedeemed',
  data: { sessionId: 's1', userId: 'u1', signInId: 'in1', mode: 'view' },
};
const redeem = (sessionId = 's1', at = '2026-11-20T10:00:29.999Z'): TicketCommand => ({
  type: 'RedeemViewerTicket',
  data: { sessionId, at },
});

describe('a viewer ticket', () => {
  it('is issued once', () => {
    given(ticket)().when({ type: 'IssueViewerTicket', data: granted }).records(issued);
    given(ticket)(issued)
      .when({ type: 'IssueViewerTicket', data: granted })
      .rejects('TicketRefused');
  });

  it('is redeemed once', () => {
    given(ticket)(issued).when(redeem()).records(redeemed);
    given(ticket)(issued, redeemed).when(redeem()).rejects('TicketRefused');
  });

  it('is worth nothing once its time is over', () => {
    given(ticket)(issued).when(redeem('s1', expiresAt)).rejects('TicketRefused');
  });

  it('is worth nothing for another session', () => {
    given(ticket)(issued).when(redeem('s2')).rejects('TicketRefused');
  });

  it('is refused when it was never issued', () => {
    given(ticket)().when(redeem()).rejects('TicketRefused');
  });
});
