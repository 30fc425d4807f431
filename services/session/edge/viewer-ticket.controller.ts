import { Controller, Inject } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { v7 as uuidV7 } from 'uuid';
import type { z } from 'zod';
import type { RuntimeEndpoint } from '#shared/contracts/runtime-endpoint.js';
import {
  IssueViewerTicket,
  RedeemViewerTicket,
  type ViewerMode,
  type ViewerTicketEvent,
  type ViewerTicketRedeemed,
} from '#shared/contracts/session.js';
import { Handles } from '#shared/boot/handles.js';
import type { Asked } from '#shared/boot/bus-request.js';
import { done, rejected, resultOf } from '#shared/boot/reply.js';
import type { Service } from '#shared/boot/service.js';
import type { Outcome } from '#shared/es/command-handler.js';
import { type RecordedEvent, streamOf } from '#shared/es/commit.js';
import { reject, type Rejected } from '#shared/es/decider.js';
import type { Reply, RequestContext } from '#shared/es/operation.js';
import { lesserMode, modeFor, share, type Share } from '../domain/share.js';
import { type Ticket, ticket } from '../domain/ticket.js';
import type { SessionRow } from '../read/sessions.js';
import { findSession } from '../read/sessions.query.js';
import { findGuestShare } from '../read/shares.query.js';
import type { SessionTables } from '../read/tables.js';
import { SESSION, SESSION_EDGE } from '../tokens.js';
import { sealedFor } from './sealed-origin.js';
import type { SessionEdge } from './session-edge.js';
import { hashOfSecret, secretFor } from './viewer-secret.js';

/** Long enough for a browser to open its WebSocket, too short to be passed on. */
const TICKET_LIFETIME_MS = 30_000;

type Issued = z.infer<(typeof IssueViewerTicket)['result']>;
type Redeemed = z.infer<(typeof RedeemViewerTicket)['result']>;
/** What somebody may have a ticket for: a guest no more than the share allows. */
type Access = Readonly<{
  mode: ViewerMode;
  guest?: Readonly<{ ownerId: string; shareId: string }>;
}>;
/** What is left of a ticket's access when it is used. */
type Left = Readonly<{ mode: ViewerMode; shareExpiresAt: string | null }>;

@Controller()
export class ViewerTicketController {
  constructor(
    @Inject(SESSION) private readonly service: Service<SessionTables>,
    @Inject(SESSION_EDGE) private readonly edge: SessionEdge,
  ) {}

  /** The session's own user gets tickets, and whom that user lets in: nobody looks at a screen without consent. */
  @Handles(IssueViewerTicket)
  async issue(
    @Payload() { data, context }: Asked<typeof IssueViewerTicket>,
  ): Promise<Reply<Issued>> {
    const { session_id: sessionId } = data;
    const { actor, signInId, commandId } = context;
    const row = await findSession(this.service.reader, sessionId);
    const access = row && (await this.#accessOf(row, actor.id, data.mode));
    if (!row || !access) return rejected('SessionUnknown', `There is no session "${sessionId}".`);
    // Without a sign-in there would be no sign-out that closes the viewer.
    if (!signInId) return rejected('SignInRequired', 'Viewer tickets are for people signed in.');
    if (!isRunning(row)) return notRunning(row);
    const secret = secretFor(this.edge.ticketKey, { commandId, userId: actor.id, sessionId });
    const id = hashOfSecret(secret);
    const expiresAt = new Date(this.edge.now().getTime() + TICKET_LIFETIME_MS).toISOString();
    const { mode, guest } = access;
    const granted = { sessionId, userId: actor.id, signInId, mode, ...guest, expiresAt };
    const outcome = await this.service.commands.handle(ticket, {
      aggregate: 'ticket',
      id,
      command: { type: 'IssueViewerTicket', data: granted },
      context,
    });
    return issued(outcome, { id, secret, sessionId });
  }

  /**
   * Takes a ticket, once: two attempts at the same moment meet at the expected version of its stream. Attempts with
   * a ticket that was issued are on record in its user's name; guesses are not, for their number has no bound.
   */
  @Handles(RedeemViewerTicket)
  async redeem(
    @Payload() { data, context: asked }: Asked<typeof RedeemViewerTicket>,
  ): Promise<Reply<Redeemed>> {
    const { session_id: sessionId } = data;
    const id = hashOfSecret(data.ticket);
    const context = await this.#sealed(id, asked);
    const row = await findSession(this.service.reader, sessionId);
    const taken =
      row && isRunning(row) ? await this.#take(id, sessionId, context) : notRunning(row);
    if (taken.kind === 'rejected') return this.#refuse(id, sessionId, taken, context);
    if (!row) throw new Error('A ticket is only taken for a session that is there');
    const [event] = taken.kind === 'committed' ? taken.events : [];
    const left = event && (await this.#leftOf(event));
    if (left && 'kind' in left) {
      // The ticket is taken under the other id, and stays so.
      return this.#refuse(id, sessionId, left, { ...context, commandId: uuidV7() });
    }
    return resultOf(taken, ([redeemed]) => shown(redeemed, row, left));
  }

  /** Where it came from is sealed for whom the ticket was issued to, and of a guess nothing is kept. */
  async #sealed(id: string, asked: RequestContext): Promise<RequestContext> {
    const granted = await this.#find(id);
    if (granted.status !== 'absent') return sealedFor(this.edge.bus, granted.userId, asked);
    const { ip: _ip, userAgent: _agent, ...context } = asked;
    return context;
  }

  async #accessOf(row: SessionRow, userId: string, asked: ViewerMode): Promise<Access | undefined> {
    if (row.user_id === userId) return { mode: asked };
    const at = this.edge.now().toISOString();
    const found = await findGuestShare(this.service.reader, {
      ...{ sessionId: row.id, guestId: userId, at },
    });
    if (!found) return undefined;
    const guest = { ownerId: row.user_id, shareId: found.share_id };
    return { mode: lesserMode(asked, found.mode), guest };
  }

  /** What a guest's ticket is still worth: the share may have been revoked, or cut down, since it was issued. */
  async #leftOf({ data }: RecordedEvent<ViewerTicketEvent>): Promise<Left | Rejected | undefined> {
    const { shareId, userId, mode } = data as ViewerTicketRedeemed['data'];
    if (shareId === undefined) return undefined;
    // Whom the owner has just shut out must be out: a read model behind the log is no answer.
    if (!(await this.service.caughtUp())) {
      return reject('Unavailable', 'Shares can not be checked at the moment; try again.');
    }
    const stream = streamOf('session', 'share', shareId);
    const found = await this.service.decisions.findAggregate(stream);
    const state = (found?.state as Share | undefined) ?? share.initialState;
    const allowed = modeFor(state, userId, this.edge.now().toISOString());
    if (allowed === undefined || state.status === 'absent') {
      return reject('TicketRefused', 'The session is not shared with you any more.');
    }
    return { mode: lesserMode(mode, allowed), shareExpiresAt: state.expiresAt };
  }

  #take(id: string, sessionId: string, context: RequestContext) {
    const at = this.edge.now().toISOString();
    return this.service.commands.handle(ticket, {
      aggregate: 'ticket',
      id,
      command: { type: 'RedeemViewerTicket', data: { sessionId, at } },
      context,
    });
  }

  async #refuse(
    id: string,
    sessionId: string,
    { code, detail }: Rejected,
    context: RequestContext,
  ): Promise<Reply<never>> {
    const granted = await this.#find(id);
    // Whoever guesses learns nothing about the session either.
    if (granted.status === 'absent') {
      return rejected('TicketRefused', 'This ticket is unknown; ask for a new one.');
    }
    const operation = RedeemViewerTicket.name;
    const attempt = { operation, resourceType: 'session', resourceId: sessionId, code, detail };
    const actor = { id: granted.userId, role: 'user' } as const;
    await this.service.commands.recordRefusal(attempt, { ...context, actor });
    return { kind: 'rejected', code, detail };
  }

  async #find(id: string): Promise<Ticket> {
    const found = await this.service.decisions.findAggregate(streamOf('session', 'ticket', id));
    return (found?.state as Ticket | undefined) ?? ticket.initialState;
  }
}

type Made = Readonly<{ id: string; secret: string; sessionId: string }>;

function issued(
  outcome: Outcome<ViewerTicketEvent>,
  { id, secret, sessionId }: Made,
): Reply<Issued> {
  if (outcome.kind === 'rejected') return outcome;
  const [event] = outcome.kind === 'committed' ? outcome.events : [];
  // The first answer was given under another sealing key: its ticket can't be made again.
  if (event?.type !== 'ViewerTicketIssued' || event.cloud.subject !== id) {
    const detail = 'The ticket of this Idempotency-Key can not be shown again; use a new key.';
    return rejected('IdempotencyKeyReused', detail);
  }
  const { mode, expiresAt: expires_at } = event.data;
  const url = `/api/sessions/${sessionId}/viewer`;
  return done({ ticket: secret, mode, expires_at, url }, outcome.version);
}

const isRunning = ({ status }: SessionRow): boolean => status === 'running';

function shown(
  { data }: RecordedEvent<ViewerTicketEvent>,
  row: SessionRow,
  left: Left | undefined,
): Redeemed {
  const { userId, signInId, mode, shareId } = data;
  return {
    session_id: row.id,
    user_id: userId,
    owner_id: row.user_id,
    share_id: shareId ?? null,
    sign_in_id: signInId,
    mode: left?.mode ?? mode,
    endpoint: JSON.parse(row.endpoint ?? 'null') as RuntimeEndpoint,
    expires_at: row.expires_at,
    share_expires_at: left?.shareExpiresAt ?? null,
  };
}

const notRunning = (row: SessionRow | undefined) =>
  reject(
    'SessionNotRunning',
    `${row ? `The session is ${row.status}` : 'There is no such session'}; only a running one has a desktop.`,
  );
