import fc from 'fast-check';
import { type AuditEvent, EXPORT_FORMATS } from '#shared/contracts/audit.js';
import type { CatalogEvent } from '#shared/contracts/catalog.js';
import { LAUNCH_TYPES, VISIBILITIES } from '#shared/contracts/catalog.js';
import { type IdentityEvent, USER_ROLES } from '#shared/contracts/identity.js';
import { THEMES } from '#shared/contracts/preferences.js';
import { ENDINGS, type SessionEvent } from '#shared/contracts/session.js';
import type { AttemptRefused } from '#shared/es/attempt-refused.js';
import type { NewCommit } from '#shared/es/commit.js';
import { SCOPES } from '#shared/es/operation.js';
import { cloudEvent } from './commits.js';
import { sharingData } from './random-sharing.js';

type Data<E extends { type: string; data: unknown }> = {
  readonly [Type in E['type']]: fc.Arbitrary<Extract<E, { type: Type }>['data']>;
};

/** Few, so that events meet. */
const id = fc.constantFrom('a', 'b', 'c', 'A', 'a-b', '_');
/** What people and programs can get into a field, NUL and halves of characters included. */
const text = fc.oneof(
  fc.string({ maxLength: 20 }),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 12 }).map(fromUnits),
  fc.constantFrom(
    '',
    '\0',
    '\ud800',
    'ä\u{1f600}',
    "'; DROP TABLE x; --",
    '\\N',
    '{"a":1}',
    '\\u0000',
  ),
);
const time = fc
  .date({ min: new Date('2026-01-01'), max: new Date('2026-01-04'), noInvalidDate: true })
  .map((date) => date.toISOString());
const count = fc.integer({ min: 0, max: 5 });
const bytes = fc.maxSafeNat();
const ids = fc.array(id, { maxLength: 3 });

function fromUnits(units: readonly number[]): string {
  return String.fromCharCode(...units);
}

const app = fc.record({
  name: text,
  description: text,
  url: text,
  icon: text,
  category: text,
  visibility: fc.constantFrom(...VISIBILITIES),
  launch_type: fc.constantFrom(...LAUNCH_TYPES),
  container_image: text,
});
const changes = fc.dictionary(text, fc.record({ from: text, to: text }), { maxKeys: 2 });
const refused = fc.record(
  { operation: text, resourceType: text, resourceId: text, code: text, detail: text },
  { requiredKeys: ['operation', 'code', 'detail'] },
);

const catalog: Data<CatalogEvent> = {
  AppRegistered: fc.record({ appId: id, app }),
  AppRevised: fc.record(
    { appId: id, app, changes, revertedTo: count },
    { requiredKeys: ['appId', 'app', 'changes'] },
  ),
  AppRetired: fc.record(
    {
      ...{ appId: id, name: text, visibility: fc.constantFrom(...VISIBILITIES) },
      ...{ approvedUserIds: ids, approvedGroupIds: ids, category: text },
    },
    { requiredKeys: ['appId', 'name', 'visibility', 'approvedUserIds'] },
  ),
  AppAccessGranted: fc.record({ appId: id, userId: id }),
  AppAccessWithdrawn: fc.record({ appId: id, userId: id }),
  AppGroupAccessGranted: fc.record({ appId: id, groupId: id }),
  AppGroupAccessWithdrawn: fc.record({ appId: id, groupId: id }),
  CategoryAdministratorAppointed: fc.record({ category: text, userId: id }),
  CategoryAdministratorDismissed: fc.record({ category: text, userId: id }),
  AppLaunched: fc.record({ appId: id, userId: id, url: text }),
  CatalogueSeedStarted: fc.record({ hash: text }),
  CatalogueSeeded: fc.record({ hash: text, apps: count }),
  AttemptRefused: refused,
};

const role = fc.constantFrom(...USER_ROLES);
const password = fc.record({ credentialId: id, sealedHash: text, mustChange: fc.boolean() });
const identity: Data<IdentityEvent | AttemptRefused> = {
  UsernameClaimed: fc.record({ name: text, userId: id, claimedAt: time }),
  UserRegistered: fc.record(
    { userId: id, name: text, role, password },
    { requiredKeys: ['userId', 'name', 'role'] },
  ),
  UserRegistrationAbandoned: fc.record({ userId: id }),
  UserDisabled: fc.record({ userId: id, name: text, role }),
  UserRoleChanged: fc.record({ userId: id, from: role, to: role }),
  PersonErased: fc.record({ userId: id }),
  PasswordChanged: fc.record({
    ...{ userId: id, password, reason: fc.constantFrom('changed' as const, 'reset' as const) },
    keptSignInId: fc.option(id),
  }),
  AdministratorAppointed: fc.record({ userId: id }),
  AdministratorDismissed: fc.record({ userId: id }),
  SignedIn: fc.record({
    ...{ signInId: id, userId: id, credentialId: id, tokenHash: text, issuedAt: time },
    ...{ expiresAt: time, droppedSignInIds: ids },
  }),
  SignInRotated: fc.record({
    ...{ signInId: id, userId: id, tokenHash: text, issuedAt: time },
    ...{ previousTokenHash: text, previousValidUntil: time },
  }),
  SignedOut: fc.record({ signInId: id, userId: id }),
  SignInFailed: fc.record({
    ...{ nameHash: text, userId: fc.option(id), failures: count, lockedUntil: fc.option(time) },
    purpose: fc.constantFrom('sign_in' as const, 'change_password' as const),
  }),
  SignInFailuresForgotten: fc.record({ failures: count }),
  GroupNameClaimed: fc.record({ name: text, groupId: id, claimedAt: time }),
  GroupNameReleased: fc.record({ name: text, groupId: id }),
  GroupCreated: fc.record({ groupId: id, name: text }),
  GroupRenamed: fc.record({ groupId: id, from: text, to: text }),
  GroupDeleted: fc.record({ groupId: id, name: text, memberIds: ids }),
  GroupMemberAdded: fc.record({ groupId: id, name: text, userId: id }),
  GroupMemberRemoved: fc.record({ groupId: id, name: text, userId: id }),
  PreferencesKept: fc.record({
    ...{ userId: id, theme: fc.constantFrom(...THEMES) },
    ...{ collapsedCategories: fc.array(text, { maxLength: 3 }), favorites: ids },
  }),
  ApiTokenIssued: fc.record({
    ...{ tokenId: id, userId: id, name: text, role, tokenHash: text },
    ...{ issuedAt: time, expiresAt: time, droppedTokenIds: ids },
    scopes: fc.subarray([...SCOPES]),
  }),
  ApiTokenRevoked: fc.record({ tokenId: id, userId: id, name: text }),
  ApiTokenUsed: fc.record({ tokenId: id, userId: id, at: time }),
  SignedOutEverywhere: fc.record({ userId: id }),
  SecondFactorBegun: fc.record({ userId: id, factorId: id, sealedSecret: text }),
  SecondFactorConfirmed: fc.record({
    ...{ userId: id, factorId: id, step: count, recoveryHashes: ids },
  }),
  SecondFactorUsed: fc.record({ userId: id, factorId: id, step: count }),
  RecoveryCodeUsed: fc.record({ userId: id, factorId: id, recoveryHash: text }),
  SecondFactorRemoved: fc.record({ userId: id, factorId: id }),
  DeviceSignInStarted: fc.record({
    ...{ deviceId: id, userCodeHash: text, sealedName: text, days: count },
    ...{ scopes: fc.subarray([...SCOPES]), startedAt: time, expiresAt: time },
    droppedDeviceIds: ids,
  }),
  DeviceSignInApproved: fc.record({ deviceId: id, userId: id }),
  DeviceSignInDenied: fc.record({ deviceId: id, userId: id }),
  DeviceSignInCollected: fc.record({ deviceId: id, userId: id }),
  ExternalIdentityLinked: fc.record({ linkId: id, userId: id, issuer: text, subject: text }),
  AttemptRefused: refused,
};

const whose = { sessionId: id, userId: id, appId: id };
const ended = fc.record({ ...whose, reason: text });
const how = fc.constantFrom('gone' as const, 'terminated' as const, 'killed' as const);
const mode = fc.constantFrom('control' as const, 'view' as const);
const ticket = { sessionId: id, userId: id, signInId: id, mode };
const place = { sessionId: id, userId: id };
const session: Data<SessionEvent | AttemptRefused> = {
  SessionRequested: fc
    .record({
      ...{ ...whose, appName: text, image: text, expiresAt: time },
      geometry: fc.record({ width: count, height: count }),
      queuePosition: fc.option(count, { nil: undefined }),
    })
    .map(({ queuePosition, ...rest }) => ({
      ...rest,
      ...(queuePosition !== undefined && { queuePosition }),
    })),
  SessionAdmitted: fc.record({ ...whose, expiresAt: time }),
  SessionExpiryWarned: fc.record({ ...whose, endsAt: time, ending: fc.constantFrom(...ENDINGS) }),
  SessionExtended: fc.record({ ...whose, expiresAt: time }),
  SlotTaken: fc.record(place),
  SessionQueued: fc.record({ ...place, position: count }),
  QueueMoved: fc.record({ ...place, position: count }),
  SlotFreed: fc.record(place),
  SessionStarted: fc.record({
    ...{ ...whose, podName: text, podIp: fc.option(text) },
    endpoint: fc.record({ kind: fc.constant('unix' as const), path: text }),
  }),
  SessionStopped: ended,
  SessionExpired: ended,
  SessionFailed: ended,
  RuntimeEnded: fc.record({ ...whose, how }),
  RuntimeEndFailed: fc.record({ ...whose, attempt: count, reason: text }),
  RuntimeAdopted: fc.record(whose),
  RuntimeReaped: fc.record({ sessionId: id, userId: fc.option(id), appId: fc.option(id), how }),
  SessionActivitySeen: fc.record({ sessionId: id, userId: id, at: time }),
  SessionPreparing: fc.record({
    ...{ sessionId: id, userId: id, startedAt: time },
    ...{ step: fc.constant('image' as const), done: bytes, total: bytes },
  }),
  ViewerTicketIssued: fc.record({ ...ticket, expiresAt: time }),
  ViewerTicketRedeemed: fc.record(ticket),
  AttemptRefused: refused,
};

/** Old entries leave, also ones that are not there yet: then nothing does. */
const audit: Data<AuditEvent> = {
  AuditExported: fc.record({
    format: fc.constantFrom(...EXPORT_FORMATS),
    filters: fc.dictionary(text, text, { maxKeys: 2 }),
    through: count,
  }),
  RetentionApplied: fc.record({
    ...{ days: count, before: time, entries: count },
    through: fc.nat(1_000),
  }),
  AttemptRefused: refused,
};

/** The aggregate that an event is of, where its service's first word does not say it. */
const AGGREGATES: readonly (readonly [type: RegExp, aggregate: string])[] = [
  [/^AttemptRefused$/, 'refusal'],
  [/^AuditExported$/, 'export'],
  [/^RetentionApplied$/, 'retention'],
  [/^AppLaunched$/, 'launch'],
  [/^Catalogue/, 'seed'],
  [/^App/, 'app'],
  [/^Category/, 'category'],
  [/^GroupName/, 'groupnames'],
  [/^Group/, 'group'],
  [/^PreferencesKept$/, 'preferences'],
  [/^UsernameClaimed$/, 'username'],
  [/^Administrator/, 'administrators'],
  [/^SignInFail/, 'attempts'],
  [/^SignedOutEverywhere$/, 'signouts'],
  [/^Sign/, 'signin'],
  [/^(User|Password|PersonErased)/, 'user'],
  [/^ApiTokenUsed$/, 'tokenuse'],
  [/^ExternalIdentity/, 'external'],
  [/^DeviceSignIn/, 'device'],
  [/^ApiToken/, 'tokens'],
  [/^(SecondFactor|RecoveryCode)/, 'secondfactor'],
  [/^ViewerTicket/, 'ticket'],
  [/^(SessionShared|Share)/, 'share'],
  [/^Viewer(Joined|Left)$/, 'viewer'],
  [/^ViewersConfirmed$/, 'gateway'],
  [/^FrameSeen$/, 'look'],
  [/^SessionActivity/, 'activity'],
  [/^SessionPreparing$/, 'preparation'],
  [/^(Slot|SessionQueued|QueueMoved)/, 'admission'],
  [/^(Session|Runtime)/, 'session'],
];

const someone = fc.record(
  { actor: id, actorip: text, useragent: text },
  { requiredKeys: ['actor'] },
);

function commitOf(service: string, data: Readonly<Record<string, fc.Arbitrary<unknown>>>) {
  const one = fc.constantFrom(...Object.keys(data)).chain((type) =>
    fc.record({
      type: fc.constant(type),
      data: data[type] as fc.Arbitrary<object>,
      time,
      someone,
    }),
  );
  return fc.record({ one, id, commandId: fc.uuid() }).map(({ one: told, ...place }): NewCommit => {
    const { type, data: said, time: at, someone: by } = told;
    const aggregate = AGGREGATES.find(([types]) => types.test(type))?.[1] ?? '';
    const named = said as { sessionId?: string; userId?: string };
    // The events of a session stand in its own stream.
    const own = service === 'session' ? (named.sessionId ?? place.id) : place.id;
    const event = {
      ...cloudEvent(place.commandId, 0, said),
      ...{ type: `sortie.${service}.${type}.v1`, time: at, ...by },
    };
    const stream = `sortie.event.${service}.${aggregate}.${own}`;
    return { stream, commandId: place.commandId, events: [event], expectedVersion: 'any' };
  });
}

/** Commits of all services as the log could hold them, though nobody would have decided on most. */
export const randomCommits = (length: number): fc.Arbitrary<NewCommit[]> =>
  fc.array(
    fc.oneof(
      commitOf('catalog', catalog),
      commitOf('identity', identity),
      commitOf('session', session),
      commitOf('session', sharingData({ id, ids, time, count, mode })),
      commitOf('audit', audit),
    ),
    { minLength: length, maxLength: length },
  );
