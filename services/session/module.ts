import { join } from 'node:path';
import type { DynamicModule } from '@nestjs/common';
import type { SealingKey } from '#shared/adapters/seal.js';
import { openService, type Service, type ServiceHost } from '#shared/boot/service.js';
import { serviceModule } from '#shared/boot/service-module.js';
import type { Bus } from '#shared/es/operation.js';
import { partsOf, type RecordedEvent } from '#shared/es/commit.js';
import { SESSION_EVENTS, type SessionEvent } from '#shared/contracts/session.js';
import { SHARING_EVENTS } from '#shared/contracts/sharing.js';
import { erased } from '#shared/es/service-models.js';
import type { RuntimeDriver } from './adapters/runtime-driver.js';
import { QUOTA_DEFAULT, SESSION_TIMEOUTS_DEFAULT, type SessionTimeouts } from './config.js';
import { activity } from './domain/activity.js';
import { admission, type Quota } from './domain/admission.js';
import { gateway } from './domain/gateway.js';
import { look } from './domain/look.js';
import { preparation } from './domain/preparation.js';
import { session } from './domain/session.js';
import { share } from './domain/share.js';
import { ticket } from './domain/ticket.js';
import { viewer } from './domain/viewer.js';
import type { SessionEdge } from './edge/session-edge.js';
import { SessionController } from './edge/session.controller.js';
import { SessionTimeController } from './edge/session-time.controller.js';
import { ShareController } from './edge/share.controller.js';
import { ViewerPresenceController } from './edge/viewer-presence.controller.js';
import { ViewerTicketController } from './edge/viewer-ticket.controller.js';
import { linkKeyOf, ticketKeyOf } from './edge/viewer-secret.js';
import { Supervision } from './process/supervision.js';
import { Supervisor } from './process/supervisor.js';
import { SupervisorCommands } from './process/supervisor-commands.js';
import type { SessionRows, SupervisorLog } from './process/supervisor-parts.js';
import { type PresenceParts, ViewerPresence } from './process/viewer-presence.js';
import { histories } from './read/histories.js';
import { sessionShares } from './read/session-shares.js';
import { sessionViewers } from './read/session-viewers.js';
import { sessions } from './read/sessions.js';
import { shareGuests } from './read/share-guests.js';
import {
  countSessions,
  findSession,
  listAliveSessions,
  listOpenSessionIds,
  listOverdueSessionIds,
} from './read/sessions.query.js';
import { isOfAdmission, slots } from './read/slots.js';
import { countSlots, findSlot, listSlotIds } from './read/slots.query.js';
import { listParticipantIds } from './read/shares.query.js';
import type { SessionTables } from './read/tables.js';
import { findViewer, listViewersOf, listViewingGateways } from './read/viewers.query.js';
import { SESSION, SESSION_EDGE } from './tokens.js';

export type SessionParts = Readonly<{
  /** Whoever opened the driver closes it, after the service has stopped. */
  driver: RuntimeDriver;
  bus: Bus;
  /** The key that all replicas share; viewer tickets are made with one that is made from it. */
  sealingKey: SealingKey;
  timeouts?: SessionTimeouts;
  /** How many sessions there may be. */
  quota?: Quota;
  log?: SupervisorLog;
}>;

export type OpenedSession = Readonly<{
  service: Service<SessionTables>;
  module: DynamicModule;
  supervision: Supervision;
  presence: ViewerPresence;
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
    quota = QUOTA_DEFAULT,
    log = () => undefined,
  }: SessionParts,
): Promise<OpenedSession> {
  let wake: (sessionId: string) => void = () => undefined;
  let wakeAll: () => void = () => undefined;
  const opened = await openService<SessionTables>({
    ...host,
    name: 'session',
    events: new Set([...SESSION_EVENTS, ...SHARING_EVENTS]),
    migrations: join(import.meta.dirname, 'migrations'),
    models: [sessions, slots, sessionShares, shareGuests, sessionViewers],
    histories,
    deciders: {
      session: erased(session),
      admission: erased(admission),
      activity: erased(activity),
      preparation: erased(preparation),
      ticket: erased(ticket),
      share: erased(share),
      viewer: erased(viewer),
      gateway: erased(gateway),
      look: erased(look),
    },
    onCaughtUp: () => wakeAll(),
    onProjected(events) {
      for (const id of new Set(events.flatMap(sessionsToLookAt))) wake(id);
    },
  });
  const commands = new SupervisorCommands(opened.commands);
  const { now } = host;
  const rows = rowsOf(opened);
  const newSupervisor = () =>
    new Supervisor({ driver, commands, bus, rows, timeouts, quota, now, log });
  const lease = opened.database.lease('supervisor');
  const supervision = new Supervision(lease, newSupervisor, log);
  wake = (sessionId) => supervision.wake(sessionId);
  wakeAll = () => void supervision.reconcile();
  const presence = presenceOf(opened, { now, log });
  presence.start();
  const stop = async (): Promise<void> => {
    presence.stop();
    await supervision.close();
    await opened.stop();
  };
  const service = { ...opened, stop };
  const edge: SessionEdge = {
    bus,
    now,
    limits: timeouts,
    quota,
    canStart: () => supervision.isLive,
    ticketKey: ticketKeyOf(sealingKey),
    linkKey: linkKeyOf(sealingKey),
    presence,
  };
  const module = serviceModule(service, SESSION, CONTROLLERS);
  const providers = [...(module.providers ?? []), { provide: SESSION_EDGE, useValue: edge }];
  return { service, module: { ...module, providers }, supervision, presence };
}

const CONTROLLERS = [
  ...[SessionController, SessionTimeController, ViewerTicketController],
  ...[ShareController, ViewerPresenceController],
];

const presenceOf = (
  { commands, decisions, caughtUp, database: { primary: db } }: Service<SessionTables>,
  parts: Pick<PresenceParts, 'now' | 'log'>,
): ViewerPresence =>
  new ViewerPresence({
    ...{ commands, decisions, caughtUp, ...parts },
    rows: {
      find: (id) => findViewer(db, id),
      listOf: (gatewayId) => listViewersOf(db, gatewayId),
      listGateways: () => listViewingGateways(db),
      listParticipantIds: (sessionId, at) => listParticipantIds(db, sessionId, at),
    },
  });

/** The sessions that an event may leave something to do for. */
const sessionsToLookAt = (event: RecordedEvent): string[] => {
  const { aggregate, id } = partsOf(event.stream);
  if (aggregate === 'session') return [id];
  const own = event as RecordedEvent<SessionEvent>;
  return isOfAdmission(own) ? [own.data.sessionId] : [];
};

/** How many places for sessions are taken and waited for, and how many there may be. */
export async function placesOf({ reader }: Service<SessionTables>, quota: Quota) {
  const { totalMax: total, perUserMax: perUser, queueMax: queue } = quota;
  return { ...(await countSlots(reader)), max: { total, perUser, queue } };
}

/** How many sessions there are in each status. */
export const countSessionsOf = ({ reader }: Service<SessionTables>) => countSessions(reader);

const rowsOf = ({ database: { primary }, projector }: Service<SessionTables>): SessionRows => ({
  find: (id) => findSession(primary, id),
  listOpenIds: () => listOpenSessionIds(primary),
  listAlive: () => listAliveSessions(primary),
  listOverdueIds: (at, idleSince) => listOverdueSessionIds(primary, { at, idleSince }),
  findSlot: (id) => findSlot(primary, id),
  listSlotIds: () => listSlotIds(primary),
  isCurrent: async () => (await projector.status()).every(({ status }) => status === 'live'),
});
