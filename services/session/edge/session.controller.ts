import { Controller, Inject } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { v5 as uuidV5 } from 'uuid';
import { type AppView, FindApp } from '#shared/contracts/catalog.js';
import {
  FindSession,
  ListSessions,
  RecordActivity,
  RecordPreparation,
  RequestSession,
  type SessionLifeEvent,
  type SessionView,
  StopSession,
} from '#shared/contracts/session.js';
import { Handles } from '#shared/boot/handles.js';
import type { Asked } from '#shared/boot/bus-request.js';
import { done, ended, rejected, resultOf } from '#shared/boot/reply.js';
import type { Service } from '#shared/boot/service.js';
import type { RecordedEvent } from '#shared/es/commit.js';
import type { Actor, Reply, RequestContext } from '#shared/es/operation.js';
import { activity } from '../domain/activity.js';
import { preparation } from '../domain/preparation.js';
import { isEnded, session, type StoppedBy } from '../domain/session.js';
import { projectSession, type SessionRow } from '../read/sessions.js';
import {
  findSession,
  findVisibleSession,
  listSessions,
  seesEverything,
  sessionViewOf,
} from '../read/sessions.query.js';
import type { SessionTables } from '../read/tables.js';
import { SESSION, SESSION_EDGE } from '../tokens.js';
import type { SessionEdge } from './session-edge.js';

/** A session's id is made from the command's, so that a repeated request can't start a second desktop. */
const SESSION_ID_NAMESPACE = '8d0f3c0a-7a1b-5f43-9d1e-64a5f1e2c9b7';
/** What a desktop starts with; its viewer may resize it. */
const GEOMETRY = { width: 1_280, height: 800 };

type Launchable = Readonly<{ id: string; name: string; image: string }>;

@Controller()
export class SessionController {
  constructor(
    @Inject(SESSION) private readonly service: Service<SessionTables>,
    @Inject(SESSION_EDGE) private readonly edge: SessionEdge,
  ) {}

  @Handles(RequestSession)
  async request(
    @Payload() { data, context }: Asked<typeof RequestSession>,
  ): Promise<Reply<SessionView>> {
    const sessionId = uuidV5(context.commandId, SESSION_ID_NAMESPACE);
    // A repeated request gets its first answer, also when the app has changed or gone since.
    const first = await findSession(this.service.reader, sessionId);
    const found =
      first?.app_id === data.app_id
        ? done({ id: first.app_id, name: first.app_name, image: first.image })
        : await this.#findLaunchable(data.app_id, context);
    if (found.kind === 'rejected') return found;
    const { id: appId, name: appName, image } = found.result;
    const userId = context.actor.id;
    const expiresAt = new Date(this.edge.now().getTime() + this.edge.lifetimeMs).toISOString();
    const asked = { sessionId, userId, appId, appName, image, geometry: GEOMETRY, expiresAt };
    const outcome = await this.service.commands.handle(session, {
      aggregate: 'session',
      id: sessionId,
      command: { type: 'RequestSession', data: asked },
      context,
    });
    return resultOf(outcome, (events) => sessionViewOf(rowAfter(undefined, events)));
  }

  @Handles(StopSession)
  async stop(@Payload() { data, context }: Asked<typeof StopSession>): Promise<Reply<SessionView>> {
    const { session_id: sessionId } = data;
    const row = await findVisibleSession(this.service.reader, context.actor, sessionId);
    if (!row) return unknown(sessionId);
    const stopped = stoppedBy(context.actor, row);
    const outcome = await this.service.commands.handle(session, {
      aggregate: 'session',
      id: sessionId,
      command: { type: 'StopSession', data: { sessionId, stopped } },
      context,
    });
    return resultOf(outcome, (events) => sessionViewOf(rowAfter(row, events)));
  }

  @Handles(FindSession)
  async find(@Payload() { data, context }: Asked<typeof FindSession>): Promise<Reply<SessionView>> {
    const row = await findVisibleSession(this.service.reader, context.actor, data.session_id);
    return row ? done(sessionViewOf(row), row.version) : unknown(data.session_id);
  }

  @Handles(ListSessions)
  async list(@Payload() { data, context }: Asked<typeof ListSessions>) {
    const { actor } = context;
    if (data.scope === 'all' && !seesEverything(actor)) {
      return rejected(
        'Forbidden',
        'scope=all is for administrators; leave it out to see your own.',
      );
    }
    const page = await listSessions(this.service.reader, actor, data);
    return page ? done(page) : rejected('InvalidRequest', 'cursor: is no cursor of this list');
  }

  @Handles(RecordActivity)
  async recordActivity(
    @Payload() { data, context }: Asked<typeof RecordActivity>,
  ): Promise<Reply<null>> {
    const { session_id: sessionId } = data;
    const row = await findSession(this.service.reader, sessionId);
    if (!row) return unknown(sessionId);
    if (isEnded(row.status)) {
      return rejected('SessionEnded', `The session "${sessionId}" has ended: it is ${row.status}.`);
    }
    // A clock that runs ahead must not make the session look used in the future.
    const atMs = Math.min(Date.parse(data.at), this.edge.now().getTime());
    const seen = { sessionId, userId: row.user_id, at: new Date(atMs).toISOString() };
    const outcome = await this.service.commands.handle(activity, {
      aggregate: 'activity',
      id: sessionId,
      command: { type: 'RecordActivity', data: seen },
      context,
    });
    return ended(outcome);
  }

  @Handles(RecordPreparation)
  async recordPreparation(
    @Payload() { data, context }: Asked<typeof RecordPreparation>,
  ): Promise<Reply<null>> {
    const { session_id: sessionId, started_at: startedAt, ...progress } = data;
    const row = await findSession(this.service.database.primary, sessionId);
    if (!row) return unknown(sessionId);
    const told = { sessionId, userId: row.user_id, startedAt, ...progress };
    const outcome = await this.service.commands.handle(preparation, {
      aggregate: 'preparation',
      id: sessionId,
      command: { type: 'RecordPreparation', data: { told, status: row.status } },
      context,
    });
    return ended(outcome);
  }

  /** Asks the catalogue, in the caller's name: who may see an app is known there and only there (S-29). */
  async #findLaunchable(appId: string, context: RequestContext): Promise<Reply<Launchable>> {
    if (!this.edge.canStart()) {
      return rejected('RuntimeUnavailable', 'Sortie is starting or shutting down; try again soon.');
    }
    const found = await this.edge.bus.request(FindApp, { app_id: appId }, context);
    if (found.kind === 'rejected') return found;
    const app: AppView = found.result;
    if (app.launch_type === 'container') {
      return done({ id: app.id, name: app.name, image: app.container_image ?? '' });
    }
    const detail = `"${app.name}" is a url app; open it with POST /api/apps/${app.id}/launch.`;
    return rejected('NotAContainerApp', detail);
  }
}

function rowAfter(
  row: SessionRow | undefined,
  events: readonly RecordedEvent<SessionLifeEvent>[],
): SessionRow {
  const after = events.reduce(projectSession, row);
  if (!after) throw new Error('A session that was decided on has a row');
  return after;
}

const stoppedBy = ({ id, role }: Actor, { user_id }: SessionRow): StoppedBy => {
  if (role === 'system') return { by: 'system', reason: 'Sortie stopped it' };
  return { by: id === user_id ? 'owner' : 'administrator' };
};

const unknown = (sessionId: string) =>
  rejected('SessionUnknown', `There is no session "${sessionId}".`);
