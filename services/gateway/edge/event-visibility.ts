import {
  type AppAccessGranted,
  type AppGroupAccessGranted,
  type AppRetired,
  type AppRevised,
  CheckApproval,
} from '#shared/contracts/catalog.js';
import { type CloudEvent, type Commit, partsOf } from '#shared/es/commit.js';
import {
  type Bus,
  BusUnavailableError,
  type RequestContext,
  type Role,
  scopeOf,
} from '#shared/es/operation.js';
import { systemContext } from '#shared/es/system-context.js';
import { isToldAsGuest } from './session-guests.js';

/** Where somebody sat is for the audit trail only. */
type Shown = Omit<CloudEvent, 'actorip' | 'useragent' | 'commandhash' | 'traceparent'>;
/** What an event of an app tells, whichever it is. */
type AppTold = AppRevised['data'] &
  AppRetired['data'] &
  AppAccessGranted['data'] &
  AppGroupAccessGranted['data'];
const SEES_ALL: ReadonlySet<Role> = new Set<Role>(['admin', 'auditor', 'console']);
/** Whoever looks after what runs. */
const SEES_SESSIONS: ReadonlySet<Role> = new Set<Role>([...SEES_ALL, 'operator']);
/** What identity tells a person of what happened to them: that it did, and nothing more. */
const TOLD_TO_ONESELF: ReadonlySet<string> = new Set(
  [
    ...['GroupMemberAdded', 'GroupMemberRemoved', 'GroupDeleted', 'PreferencesKept'],
    ...['SignedIn', 'SignedOut', 'SignedOutEverywhere', 'PasswordChanged'],
    ...['ApiTokenIssued', 'ApiTokenRevoked', 'ApiTokenUsed'],
    ...['SecondFactorConfirmed', 'SecondFactorRemoved', 'RecoveryCodeUsed'],
  ].map((name) => `sortie.identity.${name}.v1`),
);
type Viewer = Readonly<{ context: RequestContext; bus: Bus; through: number }>;

/**
 * The events of a commit as one person may see them, often none: administrators and auditors see all, operators all
 * sessions, others their own sessions, and which of the apps that they can see changed. Nobody sees the content of
 * identity's events, but everybody hears what of it happened to them.
 */
export async function visibleEvents(
  commit: Commit,
  context: RequestContext,
  bus: Bus,
): Promise<readonly Shown[]> {
  const { service, aggregate, id } = partsOf(commit.stream);
  const { actor } = context;
  if (!reaches(context, service)) return [];
  const events = commit.events.map(shown);
  const seesAll = SEES_ALL.has(actor.role);
  if (service === 'identity') {
    return events.filter((event) => seesAll || isAbout(event, actor.id)).map(withData({}));
  }
  if (service === 'session') {
    const seesEach = SEES_SESSIONS.has(actor.role) || (await isToldAsGuest(commit, actor.id, bus));
    return events.filter((event) => seesEach || concerns(event, actor.id)).map(withoutInnards);
  }
  if (seesAll) return events;
  if (service !== 'catalog') return [];
  if (aggregate === 'launch' || aggregate === 'category') return events.filter(isOf(actor.id));
  const viewer = { bus, context, through: commit.sequence };
  return aggregate === 'app' ? visibleOfApp(events, id, viewer) : [];
}

async function visibleOfApp(events: readonly Shown[], appId: string, viewer: Viewer) {
  const seen = await Promise.all(events.map((event) => isAppVisible(event, appId, viewer)));
  return events.filter((_, i) => seen[i]).map(withData({ appId }));
}

/** Whether a token hears of a service's events: of those of the services that it may read. */
function reaches({ scopes }: RequestContext, service: string): boolean {
  return scopes?.includes(scopeOf('query', service)) ?? true;
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

/** Whether an event of identity is one that a person hears of when it is about that person. */
function isAbout({ type, data }: Shown, userId: string): boolean {
  const about = data as { userId?: string; memberIds?: readonly string[] };
  return (
    TOLD_TO_ONESELF.has(type) &&
    (about.userId === userId || (about.memberIds?.includes(userId) ?? false))
  );
}

const isOf =
  (userId: string) =>
  ({ data, actor, type }: Shown): boolean =>
    (data as { userId?: string }).userId === userId ||
    (type === 'sortie.session.AttemptRefused.v1' && actor === userId);

/** Fields by which events of sessions name people, one or several, who hear of them beside the session's own user. */
const CONCERNED = ['guestId', 'guestIds', 'watcherId', 'participantIds'] as const;

/** Whether an event of a session concerns somebody: as its user, or as one who is, or may be, in it. */
function concerns(event: Shown, userId: string): boolean {
  const named = event.data as Partial<Record<(typeof CONCERNED)[number], string | string[]>>;
  return isOf(userId)(event) || CONCERNED.some((field) => [named[field]].flat().includes(userId));
}

/** Where a desktop listens is between the services and the proxy; and who else hears of something is nobody's business. */
function withoutInnards(event: Shown): Shown {
  const {
    endpoint: _endpoint,
    secretHash: _hash,
    guestIds: _guests,
    participantIds: _participants,
    ...data
  } = event.data as Record<string, unknown>;
  return { ...event, data };
}

/**
 * Judged by the event and by what was in the log up to there, not by how far a read model happens to be. Who could see
 * the app before a change, or can after it, hears of the change: also that it went out of sight.
 */
async function isAppVisible({ data }: Shown, appId: string, viewer: Viewer): Promise<boolean> {
  const told = data as Partial<AppTold>;
  const { userId, groupId, changes = {}, app } = told;
  if (userId !== undefined) return userId === viewer.context.actor.id;
  if (groupId !== undefined) return isApproved(appId, { groupIds: [groupId] }, viewer);
  const seen = [changes['visibility']?.from, app?.visibility, told.visibility];
  if (seen.includes('public')) return true;
  return seen.includes('approved') && wasApproved(told, appId, viewer);
}

/** An app that is retired has no list any more, nor has one that was moved its category: the event says what they were. */
async function wasApproved(told: Partial<AppTold>, appId: string, viewer: Viewer) {
  const { approvedUserIds = [], approvedGroupIds: groupIds = [], changes = {} } = told;
  if (approvedUserIds.includes(viewer.context.actor.id)) return true;
  const categories = [told.category, changes['category']?.from];
  const named = categories.filter((one) => typeof one === 'string');
  return isApproved(appId, { groupIds, categories: named }, viewer);
}

async function isApproved(
  app_id: string,
  { groupIds, categories = [] }: { groupIds: readonly string[]; categories?: readonly string[] },
  { bus, context: { actor }, through }: Viewer,
): Promise<boolean> {
  const asked = { app_id, user_id: actor.id, through };
  const data = { ...asked, group_ids: [...groupIds], categories: [...categories] };
  const reply = await bus.request(CheckApproval, data, systemContext());
  // A stream that breaks goes on from there; an event that is left out is missed for good.
  if (reply.kind === 'rejected' && reply.code === 'Unavailable') {
    throw new BusUnavailableError(reply.detail);
  }
  return reply.kind === 'done' && reply.result.approved;
}
