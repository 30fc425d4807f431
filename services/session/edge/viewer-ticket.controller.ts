import { Controller, Inject } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import type { z } from 'zod';
import type { RuntimeEndpoint } from '#shared/contracts/runtime-endpoint.js';
import {
  IssueViewerTicket,
  RedeemViewerTicket,
  type ViewerTicketEvent,
} from '#shared/contracts/session.js';
import { Handles } from '#shared/boot/handles.js';
import type { Asked } from '#shared/boot/bus-request.js';
import { done, rejected, resultOf } from '#shared/boot/reply.js';
import type { Service } from '#shared/boot/service.js';
import { type RecordedEvent, streamOf } from '#shared/es/commit.js';
import { reject, type Rejected } from '#shared/es/decider.js';
import type { Reply, RequestContext } from '#shared/es/operation.js';
import { type Ticket, ticket } from '../domain/ticket.js';
import type { SessionRow } from '../read/sessions.js';
import { findSession } from '../read/sessions.query.js';
import type { SessionTables } from '../read/tables.js';
import { SESSION, SESSION_EDGE } from '../tokens.js';
import type { SessionEdge } from './session-edge.js';
import { hashOfTicket, ticketFor } from './viewer-secret.js';

/** Long enough for a browser to open its WebSocket, too short to be passed on. */
const TICKET_LIFETIME_MS = 30_000;

type Issued = z.infer<(typeof IssueViewerTicket)['result']>;
type Redeemed = z.infer<(typeof RedeemViewerTicket)['result']>;

@Controller()
export class ViewerTicketController {
  constructor(
    @Inject(SESSION) private readonly service: Service<SessionTables>,
    @Inject(SESSION_EDGE) private readonly edge: SessionEdge,
  ) {}

  /** Only the session's own user gets tickets: to look at somebody else's screen takes their consent, which nothing here asks for yet. */
  @Handles(IssueViewerTicket)
  async issue(
    @Payload() { data, context }: Asked<typeof IssueViewerTicket>,
  ): Promise<Reply<Issued>> {
    const { session_id: sessionId, mode } = data;
    const { actor, signInId, commandId } = context;
    const row = await findSession(this.service.reader, sessionId);
    if (row?.user_id !== actor.id) {
      return rejected('SessionUnknown', `There is no session "${sessionId}".`);
    }
    // Without a sign-in there would be no sign-out that closes the viewer.
    if (!signInId) return rejected('SignInRequired', 'Viewer tickets are for people signed in.');
    if (!isRunning(row)) return notRunning(row);
    const secret = ticketFor(this.edge.ticketKey, { commandId, userId: actor.id, sessionId });
    const id = hashOfTicket(secret);
    const expiresAt = new Date(this.edge.now().getTime() + TICKET_LIFETIME_MS).toISOString();
    const granted = { sessionId, userId: actor.id, signInId, mode, expiresAt };
    const outcome = await this.service.commands.handle(ticket, {
      aggregate: 'ticket',
      id,
      command: { type: 'IssueViewerTicket', data: granted },
      context,
    });
    if (outcome.kind === 'rejected') return outcome;
    const [event] = outcome.kind === 'committed' ? outcome.events : [];
    // The first answer was given under another sealing key: its ticket can't be made again.
    if (event?.type !== 'ViewerTicketIssued' || event.cloud.subject !== id) {
      const detail = 'The ticket of this Idempotency-Key can not be shown again; use a new key.';
      return rejected('IdempotencyKeyReused', detail);
    }
    const url = `/api/sessions/${sessionId}/viewer`;
    return done({ ticket: secret, expires_at: event.data.expiresAt, url }, outcome.version);
  }

  /**
   * Takes a ticket, once: two attempts at the same moment meet at the expected version of its stream. Attempts with
   * a ticket that was issued are on record in its user's name; guesses are not, for their number has no bound.
   */
  @Handles(RedeemViewerTicket)
  async redeem(
    @Payload() { data, context }: Asked<typeof RedeemViewerTicket>,
  ): Promise<Reply<Redeemed>> {
    const { session_id: sessionId } = data;
    const id = hashOfTicket(data.ticket);
    const row = await findSession(this.service.reader, sessionId);
    const taken =
      row && isRunning(row) ? await this.#take(id, sessionId, context) : notRunning(row);
    if (taken.kind === 'rejected') return this.#refuse(id, sessionId, taken, context);
    if (!row) throw new Error('A ticket is only taken for a session that is there');
    return resultOf(taken, ([event]) => shown(event, row));
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

const isRunning = ({ status }: SessionRow): boolean => status === 'running';

function shown(event: RecordedEvent<ViewerTicketEvent>, row: SessionRow): Redeemed {
  const { userId, signInId, mode } = event.data;
  return {
    session_id: row.id,
    user_id: userId,
    sign_in_id: signInId,
    mode,
    endpoint: JSON.parse(row.endpoint ?? 'null') as RuntimeEndpoint,
    expires_at: row.expires_at,
  };
}

const notRunning = (row: SessionRow | undefined) =>
  reject(
    'SessionNotRunning',
    `${row ? `The session is ${row.status}` : 'There is no such session'}; only a running one has a desktop.`,
  );
