import { v7 as uuidV7 } from 'uuid';
import { ADMISSIONS, type AdmissionEvent } from '#shared/contracts/admission.js';
import { RequestSession, type SessionRequested } from '#shared/contracts/session.js';
import { done } from '#shared/boot/reply.js';
import type { Service } from '#shared/boot/service.js';
import type { Outcome } from '#shared/es/command-handler.js';
import { streamOf } from '#shared/es/commit.js';
import type { Rejected } from '#shared/es/decider.js';
import { LogUnavailableError } from '#shared/es/event-log.js';
import type { Reply, RequestContext } from '#shared/es/operation.js';
import {
  type Admission,
  admission,
  type AdmissionCommand,
  positionOf,
} from '../domain/admission.js';
import type { SessionTables } from '../read/tables.js';
import type { SessionEdge } from './session-edge.js';

/** How long to wait before asking again while the queue is full. */
const QUEUE_RETRY_SECONDS = 30;

type Asked = Pick<SessionRequested['data'], 'sessionId' | 'userId' | 'appId'>;
/** The place in the queue; undefined for a session that has one of its own. */
export type Taken = Readonly<{ queuePosition?: number }>;

/** Takes places for sessions that are requested, and gives back those of sessions that end. */
export class Places {
  readonly #service: Service<SessionTables>;
  readonly #edge: Pick<SessionEdge, 'quota'>;

  constructor(service: Service<SessionTables>, edge: Pick<SessionEdge, 'quota'>) {
    this.#service = service;
    this.#edge = edge;
  }

  /** Takes a place or one in the queue; a session that has one keeps it. Errors: LogUnavailableError. */
  async take(asked: Asked, context: RequestContext): Promise<Reply<Taken>> {
    const { sessionId, userId } = asked;
    const { quota } = this.#edge;
    const taken = await this.#send(
      { type: 'TakeSlot', data: { sessionId, userId, quota } },
      context,
    );
    if (taken.kind === 'rejected') return this.#refuse(taken, asked, context);
    const queuePosition =
      taken.kind === 'committed' ? positionIn(taken, sessionId) : await this.#position(sessionId);
    return done(queuePosition === undefined ? {} : { queuePosition });
  }

  /** Gives a place back at once. What keeps it from that does not matter: the supervisor does it, too. */
  async free(sessionId: string, context: RequestContext): Promise<void> {
    const { quota } = this.#edge;
    await this.#send({ type: 'FreeSlot', data: { sessionId, quota } }, context).catch(
      (cause: unknown) => {
        if (!(cause instanceof LogUnavailableError)) throw cause;
      },
    );
  }

  /** Gives back what was taken for a session that did not come about. */
  async freeUnlessRequested(sessionId: string, context: RequestContext): Promise<void> {
    const stream = streamOf('session', 'session', sessionId);
    const found = await this.#service.decisions.findAggregate(stream);
    if (!found) await this.free(sessionId, context);
  }

  /** Under an id of its own: the request's is for the session, and a place is idempotent by the session's id. */
  #send(command: AdmissionCommand, context: RequestContext): Promise<Outcome<AdmissionEvent>> {
    const { expectedVersion: _version, requestHash: _hash, ...rest } = context;
    return this.#service.commands.handle(admission, {
      ...{ aggregate: 'admission', id: ADMISSIONS, command },
      context: { ...rest, commandId: uuidV7(), causationId: context.commandId },
    });
  }

  /** The refusal passes with time, so it is on record under an id of its own: the request's can be tried again. */
  async #refuse(
    { code, detail }: Rejected,
    { appId }: Asked,
    context: RequestContext,
  ): Promise<Reply<never>> {
    const { name: operation } = RequestSession;
    const attempt = { operation, resourceType: 'app', resourceId: appId, code, detail };
    const own = { ...context, commandId: uuidV7(), causationId: context.commandId };
    await this.#service.commands.recordRefusal(attempt, own);
    const isFull = code === 'QueueFull';
    const wait = isFull ? { retryAfterSeconds: QUEUE_RETRY_SECONDS } : {};
    return { kind: 'rejected', code, detail, ...wait };
  }

  async #position(sessionId: string): Promise<number | undefined> {
    const stream = streamOf('session', 'admission', ADMISSIONS);
    const found = await this.#service.decisions.findAggregate(stream);
    return found && positionOf(found.state as Admission, sessionId);
  }
}

/** The last thing that was decided about a session: a place of its own, or one in the queue. */
function positionIn(
  { events }: Extract<Outcome<AdmissionEvent>, { kind: 'committed' }>,
  sessionId: string,
): number | undefined {
  const last = events.findLast(({ data }) => data.sessionId === sessionId);
  return last && 'position' in last.data ? last.data.position : undefined;
}
