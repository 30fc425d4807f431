import type { DynamicModule } from '@nestjs/common';
import { openService, type Service, type ServiceHost } from '#shared/boot/service.js';
import { serviceModule } from '#shared/boot/service-module.js';
import type { Bus } from '#shared/es/operation.js';
import { partsOf } from '#shared/es/commit.js';
import { SESSION_EVENTS } from '#shared/contracts/session.js';
import { erased } from '#shared/es/service-models.js';
import type { RuntimeDriver } from './adapters/runtime-driver.js';
import { SESSION_TIMEOUTS_DEFAULT, type SessionTimeouts } from './config.js';
import { activity } from './domain/activity.js';
import { session } from './domain/session.js';
import { ticket } from './domain/ticket.js';
import type { SessionEdge } from './edge/session-edge.js';
import { SessionController } from './edge/session.controller.js';
import { ViewerTicketController } from './edge/viewer-ticket.controller.js';
import { newTicketKey } from './edge/viewer-secret.js';
import { migrations } from './migrations/index.js';
import { Supervisor } from './process/supervisor.js';
import { SupervisorCommands } from './process/supervisor-commands.js';
import type { SessionRows, SupervisorLog } from './process/supervisor-parts.js';
import { sessions } from './read/sessions.js';
import {
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
  timeouts?: SessionTimeouts;
  log?: SupervisorLog;
}>;

/**
 * Opens the sessions' read models and answers their operations. `supervisor.start()` then makes runtimes be what
 * the log says; `supervisor.stopAll(deadlineMs)` ends them all; stopping the service leaves them to be adopted.
 */
export async function openSession(
  host: ServiceHost,
  { driver, bus, timeouts = SESSION_TIMEOUTS_DEFAULT, log = () => undefined }: SessionParts,
): Promise<{ service: Service<SessionTables>; module: DynamicModule; supervisor: Supervisor }> {
  let wake: (sessionId: string) => void = () => undefined;
  const opened = await openService<SessionTables>({
    ...host,
    name: 'session',
    events: SESSION_EVENTS,
    migrations,
    models: [sessions],
    deciders: { session: erased(session), activity: erased(activity), ticket: erased(ticket) },
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
  const supervisor = new Supervisor({ driver, commands, rows, timeouts, now, log });
  wake = (sessionId) => supervisor.wake(sessionId);
  const stop = async (): Promise<void> => {
    await supervisor.close();
    await opened.stop();
  };
  const service = { ...opened, stop };
  const edge: SessionEdge = {
    bus,
    now,
    lifetimeMs: timeouts.lifetimeMs,
    canStart: () => supervisor.isLive,
    ticketKey: newTicketKey(),
  };
  const module = serviceModule(service, SESSION, [SessionController, ViewerTicketController]);
  const providers = [...(module.providers ?? []), { provide: SESSION_EDGE, useValue: edge }];
  return { service, module: { ...module, providers }, supervisor };
}

const rowsOf = ({ reader, projector }: Service<SessionTables>): SessionRows => ({
  find: (id) => findSession(reader, id),
  listOpenIds: () => listOpenSessionIds(reader),
  listAlive: () => listAliveSessions(reader),
  listOverdueIds: (at) => listOverdueSessionIds(reader, at),
  isCurrent: async () => (await projector.status()).every(({ status }) => status === 'live'),
});
