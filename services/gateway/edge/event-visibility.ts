import {
  type AppAccessGranted,
  type AppRetired,
  type AppRevised,
  ListApprovals,
} from '#shared/contracts/catalog.js';
import { type CloudEvent, type Commit, partsOf } from '#shared/es/commit.js';
import {
  type Bus,
  BusUnavailableError,
  type RequestContext,
  type Role,
} from '#shared/es/operation.js';
import { systemContext } from '#shared/es/system-context.js';

/** Where somebody sat is for the audit trail only. */
type Shown = Omit<CloudEvent, 'actorip' | 'useragent' | 'commandhash' | 'traceparent'>;
/** What an event of an app tells, whichever it is. */
type AppTold = AppRevised['data'] & AppRetired['data'] & AppAccessGranted['data'];
const SEES_ALL: ReadonlySet<Role> = new Set<Role>(['admin', 'auditor', 'console']);
type Viewer = Readonly<{ context: RequestContext; bus: Bus }>;

/**
 * The events of a commit as one person may see them, often none: administrators and auditors see all, others their own sessions
 * and which of the apps that they can see changed. Nobody sees the content of identity's events.
 */
export async function visibleEvents(
  commit: Commit,
  context: RequestContext,
  bus: Bus,
): Promise<readonly Shown[]> {
  const { service, aggregate, id } = partsOf(commit.stream);
  const { actor } = context;
  const events = commit.events.map(shown);
  const seesAll = SEES_ALL.has(actor.role);
  if (service === 'identity') return seesAll ? events.map(withData({})) : [];
  const shownToAll = service === 'session' ? events.map(withoutEndpoint) : events;
  if (seesAll) return shownToAll;
  if (service === 'session') return shownToAll.filter(isOf(actor.id));
  if (service !== 'catalog') return [];
  if (aggregate === 'launch') return events.filter(isOf(actor.id));
  if (aggregate !== 'app') return [];
  const seen = await Promise.all(events.map((event) => isAppVisible(event, id, { bus, context })));
  return events.filter((_, i) => seen[i]).map(withData({ appId: id }));
}

function shown(event: CloudEvent): Shown {
  const {
    actorip: _ip,
    useragent: _agent,
    commandhash: _hash,
    traceparent: _trace,
    ...rest
  } = event;
  return rest;
}

const withData =
  (data: object) =>
  (event: Shown): Shown => ({ ...event, data });

const isOf =
  (userId: string) =>
  ({ data, actor, type }: Shown): boolean =>
    (data as { userId?: string }).userId === userId ||
    (type === 'sortie.session.AttemptRefused.v1' && actor === userId);

/** Where a desktop listens is between the services and the proxy. */
function withoutEndpoint(event: Shown): Shown {
  const { endpoint: _endpoint, ...data } = event.data as Record<string, unknown>;
  return { ...event, data };
}

/**
 * Judged by the event, not by the read model, which may not have it yet. Who could see the app before a change, or can
 * after it, hears of the change: also that it went out of sight.
 */
async function isAppVisible({ data }: Shown, appId: string, viewer: Viewer): Promise<boolean> {
  const userId = viewer.context.actor.id;
  const told = data as Partial<AppTold>;
  if (told.userId !== undefined) return told.userId === userId;
  const seen = [told.changes?.['visibility']?.from, told.app?.visibility, told.visibility];
  if (seen.includes('public')) return true;
  if (!seen.includes('approved')) return false;
  // An app that is retired has no approvals any more; its last event brings them.
  return told.approvedUserIds?.includes(userId) ?? isApproved(appId, viewer);
}

async function isApproved(appId: string, { bus, context: { actor } }: Viewer): Promise<boolean> {
  const reply = await bus.request(ListApprovals, { app_id: appId }, systemContext());
  // A stream that breaks goes on from there; an event that is left out is missed for good.
  if (reply.kind === 'rejected' && reply.code === 'Unavailable') {
    throw new BusUnavailableError(reply.detail);
  }
  return reply.kind === 'done' && reply.result.user_ids.includes(actor.id);
}
