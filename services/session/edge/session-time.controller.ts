import { Controller, Inject } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { ExtendSession, FindQuota, type SessionView } from '#shared/contracts/session.js';
import { Handles } from '#shared/boot/handles.js';
import type { Asked } from '#shared/boot/bus-request.js';
import { done, rejected, resultOf } from '#shared/boot/reply.js';
import type { Service } from '#shared/boot/service.js';
import type { Reply } from '#shared/es/operation.js';
import { session } from '../domain/session.js';
import { findVisibleSession, sessionViewOf } from '../read/sessions.query.js';
import { countSlots } from '../read/slots.query.js';
import type { SessionTables } from '../read/tables.js';
import { SESSION, SESSION_EDGE } from '../tokens.js';
import { rowAfter, unknownSession } from './session-answers.js';
import type { SessionEdge } from './session-edge.js';

/** How many sessions there may be, and how long. */
@Controller()
export class SessionTimeController {
  constructor(
    @Inject(SESSION) private readonly service: Service<SessionTables>,
    @Inject(SESSION_EDGE) private readonly edge: SessionEdge,
  ) {}

  @Handles(ExtendSession)
  async extend(
    @Payload() { data, context }: Asked<typeof ExtendSession>,
  ): Promise<Reply<SessionView>> {
    const { session_id: sessionId } = data;
    const row = await findVisibleSession(this.service.reader, context.actor, sessionId);
    if (!row) return unknownSession(sessionId);
    if (row.user_id !== context.actor.id) {
      return rejected('Forbidden', 'Only its own user can extend a session.');
    }
    const { limits } = this.edge;
    const { lifetimeMs: stepMs, lifetimeMaxMs } = limits;
    const outcome = await this.service.commands.handle(session, {
      aggregate: 'session',
      id: sessionId,
      command: { type: 'ExtendSession', data: { sessionId, stepMs, lifetimeMaxMs } },
      context,
    });
    return resultOf(outcome, (events) => sessionViewOf(rowAfter(row, events), { limits }));
  }

  @Handles(FindQuota)
  async findQuota(@Payload() { context }: Asked<typeof FindQuota>) {
    const { reader } = this.service;
    const [all, mine] = await Promise.all([
      countSlots(reader),
      countSlots(reader, context.actor.id),
    ]);
    const { perUserMax: per_user, totalMax: total } = this.edge.quota;
    const counts = { mine: mine.held + mine.queued, running: all.held, queued: all.queued };
    return done({ per_user, total, ...counts });
  }
}
