import { join } from 'node:path';
import type { DynamicModule } from '@nestjs/common';
import type { SealingKey } from '#shared/adapters/seal.js';
import { openService, type Service, type ServiceHost } from '#shared/boot/service.js';
import { serviceModule } from '#shared/boot/service-module.js';
import type { Bus } from '#shared/es/operation.js';
import { partsOf } from '#shared/es/commit.js';
import { SESSION_EVENTS } from '#shared/contracts/session.js';
import { erased } from '#shared/es/service-models.js';
import type { RuntimeDriver } from './adapters/runtime-driver.js';
import { SESSION_TIMEOUTS_DEFAULT, type SessionTimeouts } from './config.js';
import { activity } from './domain/activity.js';
import { preparation } from './domain/preparation.js';
import { session } from './domain/session.js';
import { ticket } from './domain/ticket.js';
import type { SessionEdge } from './edge/session-edge.js';
import { SessionController } from './edge/session.controller.js';
import { ViewerTicketController } from './edge/viewer-ticket.controller.js';
import { ticketKeyOf } from './edge/viewer-secret.js';
import { Supervision } from './process/supervision.js';
import { Supervisor } from './process/supervisor.js';
import { SupervisorCommands } from './process/supervisor-commands.js';
import type { SessionRows, SupervisorLog } from './process/supervisor-parts.js';
import { sessions } from './read/sessions.js';
import {
  countSessions,
  findSession,
  listAliveSessions,
  listOpenSessionIds,
  listOverdueSessionIds,
} from './read/sessions.query.js';
import type { SessionTables } from './read/tables.js';
import { SESSION, SESSION_EDGE } from './tokens.js';

export type SessionParts = Readonly<{
  /** Whoever opened the driver closes it, after the service has stopped. */
  driver: RuntimeDriver;
  bus: Bus;
  /** The key that all replicas share; viewer tickets are made with one that is made from it. */
  sealingKey: SealingKey;
  timeouts?: SessionTimeouts;
  log?: SupervisorLog;
}>;

/**
 * Opens the sessions' read models and answers their operations. `supervision.start()` then makes runtimes be what
 * the log says; `supervision.stopAll(deadlineMs)` ends them all; stopping the service leaves them to be adopted.
 */
export async function openSession(
  host: ServiceHost,
  {
    driver,
    bus,
    sealingKey,
    timeouts = SESSION_TIMEOUTS_DEFAULT,
    log = () => undefined,
  }: SessionParts,
): Promise<{ service: Service<SessionTables>; module: DynamicModule; supervision: Supervision }> {
  let wake: (sessionId: string) => void = () => undefined;
  let wakeAll: () => void = () => undefined;
  const opened = await openService<SessionTables>({
    ...host,
    name: 'session',
    events: SESSION_EVENTS,
    migrations: join(import.meta.dirname, 'migrations'),
    models: [sessions],
    deciders: {
      session: erased(session),
      activity: erased(activity),
      preparation: erased(preparation),
      ticket: erased(ticket),
    },
    onCaughtUp: () => wakeAll(),
    onProjected(events) {
      const streams = new Set(events.map((event) => event.stream));
      for (const { aggregate, id } of [...streams].map(partsOf)) {
        if (aggregate === 'session') wake(id);
      }
    },
  });
  const commands = new SupervisorCommands(opened.commands);
  const { now } = host;
  const rows = rowsOf(opened);
  const newSupervisor = () => new Supervisor({ driver, commands, bus, rows, timeouts, now, log });
  const lease = opened.database.lease('supervisor');
  const supervision = new Supervision(lease, newSupervisor, log);
  wake = (sessionId) => supervision.wake(sessionId);
  wakeAll = () => void supervision.reconcile();
  const stop = async (): Promise<void> => {
    await supervision.close();
    await opened.stop();
  };
  const service = { ...opened, stop };
  const edge: SessionEdge = {
    bus,
    now,
    lifetimeMs: timeouts.lifetimeMs,
    canStart: () => supervision.isLive,
    ticketKey: ticketKeyOf(sealingKey),
  };
  const module = serviceModule(service, SESSION, [SessionController, ViewerTicketController]);
  const providers = [...(module.providers ?? []), { provide: SESSION_EDGE, useValue: edge }];
  return { service, module: { ...module, providers }, supervision };
}

/** How many sessions there are in each status. */
export const countSessionsOf = ({ reader }: Service<SessionTables>) => countSessions(reader);

const rowsOf = ({ database: { primary }, projector }: Service<SessionTables>): SessionRows => ({
  find: (id) => findSession(primary, id),
  listOpenIds: () => listOpenSessionIds(primary),
  listAlive: () => listAliveSessions(primary),
  listOverdueIds: (at) => listOverdueSessionIds(primary, at),
  isCurrent: async () => (await projector.status()).every(({ status }) => status === 'live'),
});
