import type { AuditOutcome, RetentionApplied } from '#shared/contracts/audit.js';
import type { AttemptRefused } from '#shared/es/attempt-refused.js';
import { partsOf, type RecordedEvent } from '#shared/es/commit.js';
import type { Message } from '#shared/es/decider.js';
import { ANONYMOUS, SYSTEM } from '#shared/es/operation.js';
import { journal } from '#shared/es/read-model.js';
import { auditTrail } from './audit-trail.js';
import { catalogTrail } from './catalog-trail.js';
import { identityTrail } from './identity-trail.js';
import { actionOf } from './operation-actions.js';
import { searchTextOf } from './search-text.js';
import { sessionTrail } from './session-trail.js';
import { sharingTrail } from './sharing-trail.js';
import type { AnyTrail, Told } from './trail.js';

/** A refused attempt names what it was at, in any words; a filter asks for as many, and an index can hold them. */
const RESOURCE_ID_LENGTH_MAX = 255;

export type AuditRow = {
  timestamp: string;
  user: string;
  action: string;
  details: string;
  resource_type: string | null;
  resource_id: string | null;
  ip_address: string | null;
  user_agent: string | null;
  outcome: AuditOutcome;
  sequence: number;
  /** What it can be found by: see {@link searchTextOf}. */
  search: string;
};

/** Fields by which events name people that they concern. Who may merely hear of it is none of them. */
const CONCERNED = ['userId', 'ownerId', 'memberIds', 'guestId', 'guestIds', 'watcherId'] as const;

/** What is told of each service's events. */
export const TRAILS: Readonly<Record<string, AnyTrail>> = {
  audit: auditTrail as unknown as AnyTrail,
  catalog: catalogTrail as unknown as AnyTrail,
  identity: identityTrail as unknown as AnyTrail,
  session: { ...sessionTrail, ...sharingTrail } as unknown as AnyTrail,
};

/** The audit trail (S-56, S-57, P-18, P-20): one row for each change and for each refused attempt, in log order. */
export const auditLog = journal<Message, AuditRow>({
  table: 'audit_log',
  // 2: a resource's id has a limit. 3: what an entry can be found by, and whom it is about.
  version: 3,
  newer: 'kept',
  leavesAt: (event) => (isRetention(event) ? event.data.through : undefined),
  rowOf(event) {
    const told = isRefusal(event) ? refusal(event) : tell(event);
    return told && row(event, told);
  },
});

/** What the trail says of an event that is no refusal; undefined for one that it leaves out. */
function tell(event: RecordedEvent): Told | undefined {
  const { service, aggregate, id } = partsOf(event.stream);
  const line = TRAILS[service]?.[event.type];
  // An event that only a newer version knows is on record all the same; nobody has said yet which of its fields may be seen.
  if (!line) return { action: event.type, resource: [aggregate, id], details: {} };
  return typeof line === 'function' ? line(event as RecordedEvent<never>) : undefined;
}

const isRefusal = (event: RecordedEvent): event is RecordedEvent<AttemptRefused> =>
  event.type === 'AttemptRefused';

const refusal = ({ data }: RecordedEvent<AttemptRefused>): Told => ({
  action: actionOf(data.operation),
  resource: [data.resourceType ?? '', data.resourceId?.slice(0, RESOURCE_ID_LENGTH_MAX) ?? null],
  details: { code: data.code, detail: data.detail },
  outcome: 'refused',
});

const isRetention = (event: RecordedEvent): event is RecordedEvent<RetentionApplied> =>
  event.type === 'RetentionApplied' && partsOf(event.stream).service === 'audit';

function row(event: RecordedEvent, told: Told): AuditRow {
  const [resourceType, resourceId] = told.resource;
  const { cloud, sequence } = event;
  const user = told.user ?? cloud.actor;
  const { action, details } = told;
  return {
    timestamp: cloud.time,
    user,
    action,
    details: JSON.stringify(details),
    resource_type: resourceType || null,
    resource_id: resourceId,
    ip_address: cloud.actorip ?? null,
    user_agent: cloud.useragent ?? null,
    outcome: told.outcome ?? 'done',
    sequence,
    search: searchTextOf({
      content: [action, user, ...told.resource, details],
      about: [user, ...(told.about ?? concernedBy(event, told))].filter(isPerson),
    }),
  };
}

const NOBODY: ReadonlySet<unknown> = new Set([SYSTEM.id, ANONYMOUS.id, 'console']);
const isPerson = (id: unknown): id is string => typeof id === 'string' && !NOBODY.has(id);

function concernedBy({ data }: RecordedEvent, { resource: [type, id] }: Told): unknown[] {
  const people = CONCERNED.flatMap((field) => (data as Record<string, unknown>)[field] ?? []);
  return type === 'user' ? [...people, id] : people;
}
