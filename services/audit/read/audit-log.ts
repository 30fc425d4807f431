import type { AuditOutcome } from '#shared/contracts/audit.js';
import type { AttemptRefused } from '#shared/es/attempt-refused.js';
import { partsOf, type RecordedEvent } from '#shared/es/commit.js';
import type { Message } from '#shared/es/decider.js';
import { journal } from '#shared/es/read-model.js';
import { catalogTrail } from './catalog-trail.js';
import { identityTrail } from './identity-trail.js';
import { actionOf } from './operation-actions.js';
import { sessionTrail } from './session-trail.js';
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
};

/** What is told of each service's events. */
export const TRAILS: Readonly<Record<string, AnyTrail>> = {
  catalog: catalogTrail as unknown as AnyTrail,
  identity: identityTrail as unknown as AnyTrail,
  session: sessionTrail as unknown as AnyTrail,
};

/** The audit trail (S-56, S-57, P-18, P-20): one row for each change and for each refused attempt, in log order. */
export const auditLog = journal<Message, AuditRow>({
  table: 'audit_log',
  // 2: a resource's id has a limit.
  version: 2,
  newer: 'kept',
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

function row(event: RecordedEvent, told: Told): AuditRow {
  const [resourceType, resourceId] = told.resource;
  const { cloud, sequence } = event;
  return {
    timestamp: cloud.time,
    user: told.user ?? cloud.actor,
    action: told.action,
    details: JSON.stringify(told.details),
    resource_type: resourceType || null,
    resource_id: resourceId,
    ip_address: cloud.actorip ?? null,
    user_agent: cloud.useragent ?? null,
    outcome: told.outcome ?? 'done',
    sequence,
  };
}
