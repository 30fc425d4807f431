import { CheckSignIn } from '#shared/contracts/identity.js';
import { RecordActivity, RedeemViewerTicket } from '#shared/contracts/session.js';
import { type ProblemCode, PROBLEMS } from '#shared/contracts/problem.js';
import type { Bus } from '#shared/es/operation.js';
import { systemContext } from '#shared/es/system-context.js';
import { isProblemCode } from './problem.js';
import type { ViewerReports } from './viewer-reports.js';
import type { TicketAnswer, TicketRequest, ViewerPorts } from '../viewer/viewer-proxy.js';

/** Connects the viewer proxy to the session service: tickets are redeemed there, and use and presence are told to it. */
export function viewerPorts(
  bus: Bus,
  reports: ViewerReports,
  onError: (error: unknown) => void,
): ViewerPorts {
  return {
    opened: (grant) => reports.opened(grant),
    closed: (grant, { code }) => reports.closed(grant, code),
    redeem: (request) => redeem(bus, request),
    inputSeen({ sessionId }, at) {
      const data = { session_id: sessionId, at: new Date(at).toISOString() };
      bus.request(RecordActivity, data, systemContext()).catch(onError);
    },
  };
}

async function redeem(
  bus: Bus,
  { sessionId, ticket, ip, userAgent }: TicketRequest,
): Promise<TicketAnswer> {
  const data = RedeemViewerTicket.data.safeParse({ session_id: sessionId, ticket });
  if (!data.success)
    return refused('TicketRefused', 'The viewer ticket is not valid; get a new one.');
  const context = { ...systemContext(), ip, userAgent };
  const reply = await bus.request(RedeemViewerTicket, data.data, context);
  if (reply.kind === 'rejected') {
    const { code, detail } = reply;
    return refused(isProblemCode(code) ? code : 'TicketRefused', detail);
  }
  const { session_id, user_id, sign_in_id, share_id, mode, endpoint } = reply.result;
  const { expires_at, share_expires_at } = reply.result;
  // A ticket outlives its sign-in by up to its own lifetime; what it opens must not.
  const signIn = await bus.request(CheckSignIn, { sign_in_id }, systemContext());
  if (signIn.kind === 'rejected') {
    return refused(signIn.code === 'Unavailable' ? 'Unavailable' : 'TicketRefused', signIn.detail);
  }
  const shareEndsAt = share_expires_at === null ? Infinity : Date.parse(share_expires_at);
  const latestAt = Math.min(Date.parse(signIn.result.expires_at), shareEndsAt);
  return {
    kind: 'granted',
    grant: {
      sessionId: session_id,
      userId: user_id,
      signInId: sign_in_id,
      mode,
      target: endpoint,
      expiresAt: Math.min(Date.parse(expires_at), latestAt),
      latestAt,
      ...(share_id !== null && { shareId: share_id }),
      ...{ ip, userAgent },
    },
  };
}

function refused(code: ProblemCode, detail: string): TicketAnswer {
  const [status] = PROBLEMS[code];
  const told = status === 404 || status === 409 || status === 503 ? status : 401;
  return { kind: 'refused', refusal: { status: told, code, detail } };
}
