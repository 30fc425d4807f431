import { createHash } from 'node:crypto';
import { Controller, Inject } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import type { z } from 'zod';
import type { RuntimeEndpoint } from '#shared/contracts/runtime-endpoint.js';
import {
  ConfirmViewers,
  ListParticipants,
  ListViewers,
  RecordViewerJoined,
  RecordViewerLeft,
  SeeFrame,
} from '#shared/contracts/sharing.js';
import { Handles } from '#shared/boot/handles.js';
import type { Asked } from '#shared/boot/bus-request.js';
import { done, ended, rejected } from '#shared/boot/reply.js';
import type { Service } from '#shared/boot/service.js';
import type { Actor, Reply, RequestContext, Role } from '#shared/es/operation.js';
import { look } from '../domain/look.js';
import type { SessionRow } from '../read/sessions.js';
import { findSession } from '../read/sessions.query.js';
import { findGuestShare, listParticipantIds } from '../read/shares.query.js';
import type { SessionTables } from '../read/tables.js';
import { listViewers } from '../read/viewers.query.js';
import { SESSION, SESSION_EDGE } from '../tokens.js';
import { sealedFor } from './sealed-origin.js';
import type { SessionEdge } from './session-edge.js';

/** Who looks after sessions, and may look into them; each look is on record. */
const LOOKS_AFTER: ReadonlySet<Role> = new Set<Role>(['operator', 'admin']);
/** Who may know who watches, whoever's session it is. */
const KNOWS_WATCHERS: ReadonlySet<Role> = new Set<Role>([...LOOKS_AFTER, 'auditor', 'console']);

type Viewers = z.infer<(typeof ListViewers)['result']>;
type Frame = z.infer<(typeof SeeFrame)['result']>;

/** Who is in a session, as its owner and its participants see it, and who looks at a picture of it. */
@Controller()
export class ViewerPresenceController {
  constructor(
    @Inject(SESSION) private readonly service: Service<SessionTables>,
    @Inject(SESSION_EDGE) private readonly edge: SessionEdge,
  ) {}

  @Handles(ListViewers)
  async list(@Payload() { data, context }: Asked<typeof ListViewers>): Promise<Reply<Viewers>> {
    const { session_id: sessionId } = data;
    const row = await this.#visible(sessionId, context.actor, KNOWS_WATCHERS);
    if (!row) return unknown(sessionId);
    return done({ viewers: await listViewers(this.service.reader, sessionId) });
  }

  @Handles(ListParticipants)
  async listParticipants(@Payload() { data }: Asked<typeof ListParticipants>) {
    const { primary } = this.service.database;
    const at = this.edge.now().toISOString();
    return done({ user_ids: await listParticipantIds(primary, data.session_id, at) });
  }

  @Handles(RecordViewerJoined)
  async joined(
    @Payload() { data, context }: Asked<typeof RecordViewerJoined>,
  ): Promise<Reply<null>> {
    const { session_id: sessionId, viewer_id: viewerId, gateway_id: gatewayId } = data;
    const row = await findSession(this.service.database.primary, sessionId);
    if (!row) return unknown(sessionId);
    const { user_id: watcherId, share_id: shareId, mode, order } = data;
    const of = { viewerId, gatewayId, sessionId, userId: row.user_id, watcherId, mode };
    const sealed = await sealedFor(this.edge.bus, watcherId, context);
    return ended(await this.edge.presence.joined({ ...of, shareId, order }, sealed));
  }

  @Handles(RecordViewerLeft)
  async left(@Payload() { data, context }: Asked<typeof RecordViewerLeft>): Promise<Reply<null>> {
    await this.edge.presence.left(data.viewer_id, data.code, context);
    return done(null);
  }

  @Handles(ConfirmViewers)
  async confirmed(@Payload() { data, context }: Asked<typeof ConfirmViewers>) {
    const { gateway_id: gatewayId, up_to: upTo, viewer_ids: viewerIds } = data;
    const unknown_ids = await this.edge.presence.confirmed({ gatewayId, upTo, viewerIds }, context);
    return done({ unknown_ids });
  }

  /** On record before anything is shown; the owner's own look is nobody's business. */
  @Handles(SeeFrame)
  async see(@Payload() { data, context }: Asked<typeof SeeFrame>): Promise<Reply<Frame>> {
    const { session_id: sessionId } = data;
    const row = await this.#visible(sessionId, context.actor, LOOKS_AFTER);
    if (!row) return unknown(sessionId);
    if (row.user_id !== context.actor.id) {
      const refused = await this.#recordLook(row, context);
      if (refused) return refused;
    }
    const endpoint = row.status === 'running' && row.endpoint !== null ? row.endpoint : 'null';
    return done({ endpoint: JSON.parse(endpoint) as RuntimeEndpoint | null });
  }

  async #recordLook(row: SessionRow, context: RequestContext): Promise<Reply<never> | undefined> {
    const watcherId = context.actor.id;
    const at = this.edge.now().toISOString();
    const seen = { sessionId: row.id, userId: row.user_id, watcherId, at };
    const outcome = await this.service.commands.handle(look, {
      ...{ aggregate: 'look', id: lookIdOf(row.id, watcherId), context },
      command: { type: 'SeeFrame', data: seen },
    });
    return outcome.kind === 'rejected' ? outcome : undefined;
  }

  /** The session, if the actor owns it, is let in, or has a role that knows all. To others it looks as if there were none. */
  async #visible(
    sessionId: string,
    { id, role }: Actor,
    knowing: ReadonlySet<Role>,
  ): Promise<SessionRow | undefined> {
    const row = await findSession(this.service.reader, sessionId);
    if (!row || row.user_id === id || knowing.has(role)) return row;
    const at = this.edge.now().toISOString();
    const share = await findGuestShare(this.service.reader, { sessionId, guestId: id, at });
    return share && row;
  }
}

/** Two ids are too long for a stream's name. */
const lookIdOf = (sessionId: string, watcherId: string): string =>
  createHash('sha256')
    .update(JSON.stringify([sessionId, watcherId]))
    .digest('base64url');

const unknown = (sessionId: string) =>
  rejected('SessionUnknown', `There is no session "${sessionId}".`);
