import type { Operation } from '#shared/es/operation.js';
import { auditOperations } from './audit.js';
import { catalogOperations, FindApp } from './catalog.js';
import { EnsureFirstAdministrator, identityOperations } from './identity.js';
import { OpenPersonalTexts, SealOrigin } from './erasure.js';
import { FindPerson, lookupOperations } from './person-lookup.js';
import { projectionOperations } from './projections.js';
import { RecordPreparation, sessionOperations } from './session.js';
import { sharingOperations } from './sharing.js';

/** The services, in the order in which they start. */
export const SERVICE_NAMES = ['identity', 'catalog', 'session', 'audit', 'gateway'] as const;
export type ServiceName = (typeof SERVICE_NAMES)[number];

/** What one service may do; whatever is not said here is refused, by the bus and by NATS alike. */
export type ServiceRights = Readonly<{
  /** Operations that it answers on the bus. */
  answers: readonly Operation[];
  /** Operations that it asks others for. */
  asks: readonly Operation[];
  /** Whether it writes streams of its own into the log. */
  appends: boolean;
}>;

const onProjectionsOf = (...services: ServiceName[]): Operation[] =>
  services.flatMap((service) => Object.values<Operation>(projectionOperations(service)));

const answers = (service: ServiceName, operations: readonly Operation[]): Operation[] => [
  ...operations,
  ...onProjectionsOf(service),
];

/** What nobody but its own service's process asks for. */
const INTERNAL: ReadonlySet<Operation> = new Set<Operation>([
  EnsureFirstAdministrator,
  RecordPreparation,
  OpenPersonalTexts,
  SealOrigin,
]);

export const SERVICE_RIGHTS: Readonly<Record<ServiceName, ServiceRights>> = {
  identity: {
    answers: answers('identity', [...identityOperations, ...lookupOperations]),
    // Its process asks for the first administrator when it starts.
    asks: [EnsureFirstAdministrator],
    appends: true,
  },
  catalog: { answers: answers('catalog', catalogOperations), asks: [], appends: true },
  session: {
    answers: answers('session', [...sessionOperations, ...sharingOperations]),
    // It tells itself how far a start is: whichever replica answers puts that on record. Whom to share with must be there.
    asks: [FindApp, FindPerson, RecordPreparation, SealOrigin],
    appends: true,
  },
  // What is done with the trail is in it: who was refused a look, who took entries out, what left it.
  audit: { answers: answers('audit', auditOperations), asks: [OpenPersonalTexts], appends: true },
  gateway: {
    // Its own operations it answers over HTTP, and a refusal of one is in no log.
    answers: [],
    asks: [
      ...identityOperations.filter((operation) => !INTERNAL.has(operation)),
      ...catalogOperations,
      ...sessionOperations.filter((operation) => !INTERNAL.has(operation)),
      ...sharingOperations,
      ...auditOperations,
      ...onProjectionsOf('identity', 'catalog', 'session', 'audit'),
    ],
    appends: false,
  },
};

/** Name of the stream that is the log. */
export const LOG = 'SORTIE';

/**
 * What every process asks of JetStream: to make the log if there is none, to read it through consumers of its own,
 * and to look at single messages. Nobody may change, empty or delete it, nor list what others read it with: their
 * consumers' names are random, so what is not told can't be taken.
 */
const LOG_REQUESTS: readonly string[] = [
  `$JS.API.STREAM.CREATE.${LOG}`,
  `$JS.API.STREAM.INFO.${LOG}`,
  `$JS.API.STREAM.MSG.GET.${LOG}`,
  `$JS.API.DIRECT.GET.${LOG}`,
  `$JS.API.CONSUMER.CREATE.${LOG}.*`,
  `$JS.API.CONSUMER.DELETE.${LOG}.*`,
  `$JS.API.CONSUMER.MSG.NEXT.${LOG}.*`,
  // Whether the server flushes what it acknowledges.
  '$SYS.REQ.SERVER.PING.JSZ',
];

const INBOXES = '_INBOX.sortie';
/**
 * Any process's inbox for replies on the bus: `_INBOX.sortie.<user>.bus.<connection>.<request>`, whose last two parts
 * nobody can guess. JetStream's answers come to other inboxes, so that no process can forge those.
 */
const BUS_INBOXES = `${INBOXES}.*.bus.*.*`;

/** What a process's inboxes begin with; `user` is the public nkey by which NATS knows it. */
export const inboxOf = (user: string): string => `${INBOXES}.${user}`;

/** What the inboxes for replies on the bus begin with that one connection of a process has. */
export const busInboxIn = (inboxPrefix: string, connection: string): string =>
  `${inboxPrefix}.bus.${connection}`;

/** Whether a subject is an inbox for replies on the bus. */
export const isBusInbox = (subject: string): boolean =>
  /^_INBOX\.sortie\.[\w-]+\.bus\.[\w-]+\.[\w-]+$/.test(subject);

/** Where processes of one service find out about each other. */
export const presenceOf = (service: string): string => `sortie.presence.${service}`;

/** What NATS lets one process do: subjects, and for what it answers `<subject> <queue group>`. */
export type NatsPermissions = Readonly<{
  publish: readonly string[];
  subscribe: readonly string[];
}>;

/** What a process that hosts these services may do, which is what they are declared to do, and nothing else. */
export function permissionsOf(services: readonly ServiceName[], user: string): NatsPermissions {
  const rights = SERVICE_NAMES.filter((name) => services.includes(name)).map((name) => ({
    name,
    ...SERVICE_RIGHTS[name],
  }));
  const answered = rights.flatMap((service) => service.answers);
  const asked = new Set(rights.flatMap((service) => service.asks.map(({ subject }) => subject)));
  const appending = rights.filter(({ appends }) => appends);
  const present = rights.filter(({ answers: all }) => all.length > 0);
  return {
    publish: [
      ...asked,
      // Not `allow_responses`: then whoever asks could have the answer put wherever it says, and the server would keep
      // in mind every message of the log that it delivers.
      ...(answered.length > 0 ? [BUS_INBOXES] : []),
      ...appending.map(({ name }) => `sortie.event.${name}.>`),
      ...present.map(({ name }) => presenceOf(name)),
      ...LOG_REQUESTS,
    ],
    subscribe: [
      ...answered.map(({ service, subject }) => `${subject} ${service}`),
      ...present.map(({ name }) => presenceOf(name)),
      `${inboxOf(user)}.>`,
    ],
  };
}
