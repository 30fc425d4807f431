import { Controller, Inject } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { v5 as uuidV5 } from 'uuid';
import type { z } from 'zod';
import { FindPerson } from '#shared/contracts/person-lookup.js';
import {
  AcceptShare,
  ChangeShare,
  ListSharedWithMe,
  ListShares,
  RevokeShare,
  SHARES_PER_SESSION_MAX,
  ShareSession,
  type SharedSessionView,
  type ShareEvent,
  type ShareView,
} from '#shared/contracts/sharing.js';
import { Handles } from '#shared/boot/handles.js';
import type { Asked } from '#shared/boot/bus-request.js';
import { done, ended, rejected, resultOf } from '#shared/boot/reply.js';
import type { Service } from '#shared/boot/service.js';
import type { RecordedEvent } from '#shared/es/commit.js';
import type { Reply, RequestContext } from '#shared/es/operation.js';
import { systemContext } from '#shared/es/system-context.js';
import { isEnded } from '../domain/session.js';
import { share, type ShareCommand } from '../domain/share.js';
import { projectShare, type ShareRow } from '../read/session-shares.js';
import type { SessionRow } from '../read/sessions.js';
import { findSession } from '../read/sessions.query.js';
import {
  findShare,
  findShareBySecret,
  listSharedWith,
  listShares,
  sharedSessionViewOf,
  shareViewOf,
} from '../read/shares.query.js';
import type { SessionTables } from '../read/tables.js';
import { SESSION, SESSION_EDGE } from '../tokens.js';
import type { SessionEdge } from './session-edge.js';
import { hashOfSecret, secretFor } from './viewer-secret.js';

/** A share's id is made from the command's, so that a repeated request makes no second one. */
const SHARE_ID_NAMESPACE = '3c1d0a52-9b7e-5a0c-8f3d-2e6b4f5a7c11';
const MINUTE_MS = 60_000;
/** The page's route; a fragment is never sent to a server, so it is in no log. */
const LINK_PATH = '/shared';

type Shared = z.infer<(typeof ShareSession)['result']>;
type Named = Pick<z.infer<(typeof ShareSession)['data']>, 'user_id' | 'user_name'>;

/** Lets the owner of a session let others in. Of a session and its shares nobody else learns that they are there. */
@Controller()
export class ShareController {
  constructor(
    @Inject(SESSION) private readonly service: Service<SessionTables>,
    @Inject(SESSION_EDGE) private readonly edge: SessionEdge,
  ) {}

  @Handles(ShareSession)
  async share(@Payload() { data, context }: Asked<typeof ShareSession>): Promise<Reply<Shared>> {
    const { session_id: sessionId, mode } = data;
    const row = await this.#ownSession(sessionId, context);
    if (!row) return unknownSession(sessionId);
    const shareId = uuidV5(context.commandId, SHARE_ID_NAMESPACE);
    const isRepeated = await findShare(this.service.database.primary, { sessionId, shareId });
    const refused = isRepeated ? undefined : await this.#refusal(row);
    if (refused) return refused;
    const guest = await this.#guestOf(data);
    if (guest.kind === 'rejected') return guest;
    const guestId = guest.result;
    const userId = context.actor.id;
    const { commandId } = context;
    const secret = secretFor(this.edge.linkKey, { commandId, userId, sessionId });
    const outcome = await this.#handle(shareId, context, {
      type: 'ShareSession',
      data: {
        ...{ shareId, sessionId, userId, guestId, mode },
        secretHash: guestId === null ? hashOfSecret(secret) : null,
        peopleMax: guestId === null ? data.people_max : 1,
        expiresAt: this.#endOf(row, data.expires_in_minutes),
      },
    });
    return resultOf(outcome, (events) => shownOnce(events, secret));
  }

  @Handles(ListShares)
  async list(@Payload() { data, context }: Asked<typeof ListShares>) {
    const { session_id: sessionId } = data;
    if (!(await this.#ownSession(sessionId, context))) return unknownSession(sessionId);
    const rows = await listShares(this.service.reader, sessionId, this.#now());
    return done({ shares: rows.map(shareViewOf) });
  }

  @Handles(ChangeShare)
  async change(@Payload() { data, context }: Asked<typeof ChangeShare>): Promise<Reply<ShareView>> {
    const { session_id: sessionId, share_id: shareId, mode } = data;
    if (!(await this.#ownSession(sessionId, context))) return unknownSession(sessionId);
    const row = await findShare(this.service.database.primary, { sessionId, shareId });
    if (!row) return unknownShare();
    const outcome = await this.#handle(shareId, context, {
      type: 'ChangeShare',
      data: { shareId, sessionId, by: context.actor.id, mode, at: this.#now() },
    });
    if (outcome.kind === 'unchanged') return done(shareViewOf(row), outcome.version);
    return resultOf(outcome, (events) => shareViewOf(rowAfter(row, events)));
  }

  @Handles(RevokeShare)
  async revoke(@Payload() { data, context }: Asked<typeof RevokeShare>): Promise<Reply<null>> {
    const { session_id: sessionId, share_id: shareId } = data;
    if (!(await this.#ownSession(sessionId, context))) return unknownSession(sessionId);
    const command = { type: 'RevokeShare', data: { shareId, sessionId, by: context.actor.id } };
    return ended(await this.#handle(shareId, context, command as ShareCommand));
  }

  /** Takes a link. Whoever has not its secret learns nothing, and with it no more than that it has ended. */
  @Handles(AcceptShare)
  async accept(
    @Payload() { data, context }: Asked<typeof AcceptShare>,
  ): Promise<Reply<SharedSessionView>> {
    const { primary } = this.service.database;
    const secretHash = hashOfSecret(data.secret);
    const row = await findShareBySecret(primary, secretHash);
    const session = row && (await findSession(primary, row.session_id));
    if (!row || !session || isEnded(session.status)) return unknownShare();
    const { id: shareId, session_id, owner_id, mode, expires_at } = row;
    const at = this.#now();
    const outcome = await this.#handle(shareId, context, {
      type: 'AcceptShare',
      data: { shareId, by: context.actor.id, secretHash, at },
    });
    const guest = { share_id: shareId, session_id, owner_id, mode, expires_at };
    const shown = (since: string) => sharedSessionViewOf({ ...guest, since }, session);
    if (outcome.kind === 'unchanged') return done(shown(row.created_at), outcome.version);
    return resultOf(outcome, ([{ cloud }]) => shown(cloud.time));
  }

  @Handles(ListSharedWithMe)
  async listSharedWithMe(@Payload() { context }: Asked<typeof ListSharedWithMe>) {
    return done({
      shares: await listSharedWith(this.service.reader, context.actor.id, this.#now()),
    });
  }

  /** The session, if it is the caller's: to everybody else, administrators too, there is none to share. */
  async #ownSession(sessionId: string, { actor }: RequestContext): Promise<SessionRow | undefined> {
    const row = await findSession(this.service.reader, sessionId);
    return row?.user_id === actor.id ? row : undefined;
  }

  async #refusal(row: SessionRow): Promise<Reply<never> | undefined> {
    if (isEnded(row.status)) {
      const detail = `The session "${row.id}" has ended: it is ${row.status}.`;
      return rejected('SessionEnded', detail);
    }
    const shares = await listShares(this.service.database.primary, row.id, this.#now());
    if (shares.length >= SHARES_PER_SESSION_MAX) {
      const detail = `A session may have ${SHARES_PER_SESSION_MAX} shares; revoke one first.`;
      return rejected('TooManyShares', detail);
    }
    return undefined;
  }

  /** Null for a link. Asked by Sortie itself: who there is, is for administrators to see. */
  async #guestOf({ user_id, user_name }: Named): Promise<Reply<string | null>> {
    if (user_id === undefined && user_name === undefined) return done(null);
    if (user_id !== undefined && user_name !== undefined) {
      return rejected('InvalidRequest', 'user_name: leave it out beside user_id');
    }
    const named = { ...(user_id && { user_id }), ...(user_name && { user_name }) };
    const found = await this.edge.bus.request(FindPerson, named, systemContext());
    return found.kind === 'rejected' ? found : done(found.result.user_id);
  }

  #handle(shareId: string, context: RequestContext, command: ShareCommand) {
    const addressed = { aggregate: 'share', id: shareId, command, context };
    return this.service.commands.handle(share, addressed);
  }

  #endOf({ expires_at }: SessionRow, minutes: number): string {
    const endMs = this.edge.now().getTime() + minutes * MINUTE_MS;
    return new Date(Math.min(endMs, Date.parse(expires_at))).toISOString();
  }

  #now(): string {
    return this.edge.now().toISOString();
  }
}

function rowAfter(
  row: ShareRow | undefined,
  events: readonly RecordedEvent<ShareEvent>[],
): ShareRow {
  const after = events.reduce(projectShare, row);
  if (!after) throw new Error('A share that was decided on has a row');
  return after;
}

/** Of a link only the hash is kept; made under another sealing key it can't be made again. */
function shownOnce(events: readonly RecordedEvent<ShareEvent>[], secret: string): Shared {
  const row = rowAfter(undefined, events);
  const isShown = row.secret_hash !== null && row.secret_hash === hashOfSecret(secret);
  return { share: shareViewOf(row), ...(isShown && { link: `${LINK_PATH}#${secret}` }) };
}

const unknownSession = (sessionId: string) =>
  rejected('SessionUnknown', `There is no session "${sessionId}".`);

const unknownShare = () =>
  rejected('ShareUnknown', 'This share is not there, or not any more; ask for a new one.');
