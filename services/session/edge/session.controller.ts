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
  type SessionRequested,
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
import type { EndingLimits } from '#shared/contracts/session-ending.js';
import { preparation } from '../domain/preparation.js';
import { isEnded, session, type StoppedBy } from '../domain/session.js';
import type { SessionRow } from '../read/sessions.js';
import {
  endsEverything,
  findSession,
  findVisibleSession,
  listSessions,
  seesEverything,
  sessionViewOf,
  viewsOf,
} from '../read/sessions.query.js';
import type { SessionTables } from '../read/tables.js';
import { SESSION, SESSION_EDGE } from '../tokens.js';
import { Places } from './places.js';
import { rowAfter, unknownSession } from './session-answers.js';
import type { SessionEdge } from './session-edge.js';

/** A session's id is made from the command's, so that a repeated request can't start a second desktop. */
const SESSION_ID_NAMESPACE = '8d0f3c0a-7a1b-5f43-9d1e-64a5f1e2c9b7';
/** What a desktop starts with; its viewer may resize it. */
const GEOMETRY = { width: 1_280, height: 800 };

type Launchable = Readonly<{ id: string; name: string; image: string }>;

@Controller()
export class SessionController {
  readonly #places: Places;

  constructor(
    @Inject(SESSION) private readonly service: Service<SessionTables>,
    @Inject(SESSION_EDGE) private readonly edge: SessionEdge,
  ) {
    this.#places = new Places(service, edge);
  }

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
    // First the place, then the session: whoever dies in between leaves a place that the supervisor frees.
    const place = { sessionId, userId, appId };
    const taken = first ? done({}) : await this.#places.take(place, context);
    if (taken.kind === 'rejected') return taken;
    const { limits, now } = this.edge;
    const expiresAt = new Date(now().getTime() + limits.lifetimeMs).toISOString();
    const asked = { ...place, appName, image, geometry: GEOMETRY, expiresAt, ...taken.result };
    const outcome = await this.service.commands.handle(session, {
      aggregate: 'session',
      id: sessionId,
      command: { type: 'RequestSession', data: asked },
      context,
    });
    if (outcome.kind === 'rejected') await this.#places.freeUnlessRequested(sessionId, context);
    return resultOf(outcome, (events) => {
      const { data: requested } = events[0] as RecordedEvent<SessionRequested>;
      const position = requested.queuePosition;
      return sessionViewOf(rowAfter(undefined, events), { limits, position });
    });
  }

  @Handles(StopSession)
  async stop(@Payload() { data, context }: Asked<typeof StopSession>): Promise<Reply<SessionView>> {
    const { session_id: sessionId } = data;
    const row = await findVisibleSession(this.service.reader, context.actor, sessionId);
    if (!row) return unknownSession(sessionId);
    if (row.user_id !== context.actor.id && !endsEverything(context.actor)) {
      return rejected('Forbidden', 'You may look at this session, but not stop it.');
    }
    const stopped = stoppedBy(context.actor, row);
    const outcome = await this.service.commands.handle(session, {
      aggregate: 'session',
      id: sessionId,
      command: { type: 'StopSession', data: { sessionId, stopped } },
      context,
    });
    if (outcome.kind === 'committed') await this.#places.free(sessionId, context);
    const { limits } = this.edge;
    return resultOf(outcome, (events) => sessionViewOf(rowAfter(row, events), { limits }));
  }

  @Handles(FindSession)
  async find(@Payload() { data, context }: Asked<typeof FindSession>): Promise<Reply<SessionView>> {
    const tables = await this.service.tablesFor(context);
    const row = await findVisibleSession(tables, context.actor, data.session_id);
    if (!row) return unknownSession(data.session_id);
    const [view] = await viewsOf(tables, [row], this.#limitsIn(context));
    if (!view) throw new Error('A row has a view');
    return done(view, row.version);
  }

  @Handles(ListSessions)
  async list(@Payload() { data, context }: Asked<typeof ListSessions>) {
    const { actor } = context;
    if (data.scope === 'all' && !seesEverything(actor)) {
      return rejected(
        'Forbidden',
        'scope=all is for administrators, operators and auditors; leave it out to see your own.',
      );
    }
    const page = await listSessions(await this.service.tablesFor(context), actor, {
      ...data,
      limits: this.#limitsIn(context),
    });
    return page ? done(page) : rejected('InvalidRequest', 'cursor: is no cursor of this list');
  }

  @Handles(RecordActivity)
  async recordActivity(
    @Payload() { data, context }: Asked<typeof RecordActivity>,
  ): Promise<Reply<null>> {
    const { session_id: sessionId } = data;
    const row = await findSession(this.service.reader, sessionId);
    if (!row) return unknownSession(sessionId);
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
    if (!row) return unknownSession(sessionId);
    const told = { sessionId, userId: row.user_id, startedAt, ...progress };
    const outcome = await this.service.commands.handle(preparation, {
      aggregate: 'preparation',
      id: sessionId,
      command: { type: 'RecordPreparation', data: { told, status: row.status } },
      context,
    });
    return ended(outcome);
  }

  /** Use is not kept for the past: when it would have ended a session can't be told. */
  #limitsIn({ asOf }: RequestContext): EndingLimits {
    const { limits } = this.edge;
    return asOf === undefined ? limits : { ...limits, idleMs: 0 };
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

const stoppedBy = ({ id, role }: Actor, { user_id }: SessionRow): StoppedBy => {
  if (role === 'system') return { by: 'system', reason: 'Sortie stopped it' };
  if (id === user_id) return { by: 'owner' };
  return { by: role === 'operator' ? 'operator' : 'administrator' };
};
