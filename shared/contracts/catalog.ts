import { z } from 'zod';
import type { AttemptRefused } from '#shared/es/attempt-refused.js';
import { STREAM_ID } from '#shared/es/commit.js';
import { eventTypes, type Message } from '#shared/es/decider.js';
import { operationsOf, PEOPLE } from '#shared/es/operation.js';
import { type CategoryEvent, categoryOperations } from './categories.js';
import { groupId } from './groups.js';
import { pageQuery } from './page.js';

export const VISIBILITIES = ['public', 'approved', 'admin_only'] as const;
export const LAUNCH_TYPES = ['url', 'container'] as const;

const URL_LENGTH_MAX = 2_048;
const ICON_LENGTH_MAX = 16_384;
const ICON = /^(https?:\/\/\S+|data:image\/[a-z+]+;base64,[A-Za-z0-9+/=]+|[^<>&\s:]{0,16})$/u;
/** Distribution reference: host and path in lower case, then a tag or a digest (OCI distribution spec, "Pulling manifests"). */
const IMAGE =
  /^[a-z0-9]+([._:/-]+[a-z0-9]+)*(:[A-Za-z0-9_][A-Za-z0-9._-]{0,127})?(@sha256:[a-f0-9]{64})?$/;
/** One line of text: no control characters, which would forge lines in logs and terminals. */
const line = (max: number) =>
  z
    .string()
    .max(max)
    // oxlint-disable-next-line no-control-regex
    .regex(/^[^\u0000-\u001f\u007f]*$/, 'must be one line without control characters');

export const appId = z
  .string()
  .regex(STREAM_ID, 'takes 1 to 64 letters, digits, "-" and "_"')
  .describe('Unique name of the app in paths');
export const userId = z.string().regex(STREAM_ID, 'is no user id');

const fields = {
  name: line(80).min(1).describe('What people see'),
  description: z.string().max(2_000).default(''),
  url: z
    .string()
    .max(URL_LENGTH_MAX)
    .regex(/^$|^https?:\/\/[^\s/?#]+\S*$/i, 'must start with http:// or https://')
    .default('')
    .describe('What a url app opens'),
  icon: z
    .string()
    .max(ICON_LENGTH_MAX)
    .regex(ICON, 'must be an http(s) URL, a data:image URL or one short symbol')
    .default(''),
  category: line(60).default(''),
  visibility: z.enum(VISIBILITIES).default('public'),
  launch_type: z.enum(LAUNCH_TYPES).default('url'),
  container_image: z
    .string()
    .max(255)
    .refine((image) => image === '' || IMAGE.test(image), 'is no image reference')
    .default('')
    .describe('Image of a container app'),
};

const needsItsTarget = (app: z.infer<z.ZodObject<typeof fields>>, ctx: z.RefinementCtx): void => {
  const missing = { url: !app.url, container: !app.container_image }[app.launch_type];
  if (!missing) return;
  const field = app.launch_type === 'url' ? 'url' : 'container_image';
  const message = `is needed by an app with launch_type "${app.launch_type}"`;
  ctx.addIssue({ code: 'custom', path: [field], message });
};

/** What an administrator says about an app. */
export type AppSpec = z.infer<z.ZodObject<typeof fields>>;
export const newApp = z
  .strictObject({ id: appId.optional(), ...fields })
  .superRefine(needsItsTarget);

/** An app in a seed file: others have to be able to name it, so its id is given. */
export const seededApp = z.strictObject({ id: appId, ...fields }).superRefine(needsItsTarget);

/** An app as the API shows it (S-31). */
export const appView = z.object({ id: appId, ...fields, container_image: z.string().optional() });
export type AppView = z.infer<typeof appView>;

/** Shows an app; `container_image` is left out when empty. */
export function viewOf(id: string, { container_image, ...spec }: AppSpec): AppView {
  return { id, ...spec, ...(container_image && { container_image }) };
}

/** One definition of an app, as it came to be. */
export const appRevision = z.object({
  version: z.number().int(),
  at: z.string().describe('RFC 3339, UTC'),
  user: z.string().describe('Who did it'),
  action: z.enum(['registered', 'revised', 'reverted', 'retired']),
  changes: z.record(z.string(), z.object({ from: z.unknown(), to: z.unknown() })),
  app: appView.nullable().describe('How it was from then on; null once it was retired'),
  reverted_to: z.number().int().optional().describe('The version whose definition it went back to'),
});
export type AppRevision = z.infer<typeof appRevision>;

/** From and to of each field that a revision changed. */
export type Changes = Readonly<Record<string, Readonly<{ from: unknown; to: unknown }>>>;

export type AppRegistered = Message<'AppRegistered', { appId: string; app: AppSpec }>;
export type AppRevised = Message<
  'AppRevised',
  {
    appId: string;
    app: AppSpec;
    changes: Changes;
    /** The version whose definition it went back to; absent when somebody wrote this one. */
    revertedTo?: number;
  }
>;
export type AppRetired = Message<
  'AppRetired',
  {
    appId: string;
    name: string;
    visibility: AppSpec['visibility'];
    approvedUserIds: readonly string[];
    /** The groups on its list, and its category: not in events from before there were any. */
    approvedGroupIds?: readonly string[];
    category?: string;
  }
>;
export type AppAccessGranted = Message<'AppAccessGranted', { appId: string; userId: string }>;
export type AppAccessWithdrawn = Message<'AppAccessWithdrawn', { appId: string; userId: string }>;
export type AppGroupAccessGranted = Message<
  'AppGroupAccessGranted',
  { appId: string; groupId: string }
>;
export type AppGroupAccessWithdrawn = Message<
  'AppGroupAccessWithdrawn',
  { appId: string; groupId: string }
>;
export type AppEvent =
  | AppRegistered
  | AppRevised
  | AppRetired
  | AppAccessGranted
  | AppAccessWithdrawn
  | AppGroupAccessGranted
  | AppGroupAccessWithdrawn;
/** A url app was opened. It has a stream of its own, so that launches don't make an app's version move. */
export type AppLaunched = Message<'AppLaunched', { appId: string; userId: string; url: string }>;
export type CatalogueSeedStarted = Message<'CatalogueSeedStarted', { hash: string }>;
export type CatalogueSeeded = Message<'CatalogueSeeded', { hash: string; apps: number }>;
export type CatalogEvent =
  AppEvent | AppLaunched | CategoryEvent | CatalogueSeedStarted | CatalogueSeeded | AttemptRefused;

export const CATALOG_EVENTS = eventTypes<CatalogEvent>({
  AppRegistered: true,
  AppRevised: true,
  AppRetired: true,
  AppAccessGranted: true,
  AppAccessWithdrawn: true,
  AppGroupAccessGranted: true,
  AppGroupAccessWithdrawn: true,
  AppLaunched: true,
  CategoryAdministratorAppointed: true,
  CategoryAdministratorDismissed: true,
  CatalogueSeedStarted: true,
  CatalogueSeeded: true,
  AttemptRefused: true,
});

const { command, query } = operationsOf('catalog');
const resource = { type: 'app', id: 'app_id' } as const;
const done = z.null();
/** Whoever looks after a category is not of one role; see `condition`. */
const editors = {
  allow: [...PEOPLE, 'console'],
  condition: 'others than administrators: for apps of the categories that they administer',
} as const;
const readers = {
  allow: [...PEOPLE, 'console'],
  condition:
    'others than administrators and auditors: for apps of the categories that they administer',
} as const;

export const RegisterApp = command('RegisterApp', {
  ...{ ...editors, allow: [...editors.allow, 'system'] },
  data: newApp,
  result: appView,
  resource: { type: 'app', id: 'id' },
});
export const ReviseApp = command('ReviseApp', {
  ...editors,
  // A client may send back what it read, id and all.
  data: z.strictObject({ app_id: appId, app: newApp }),
  result: appView,
  resource,
});
export const RetireApp = command('RetireApp', {
  ...editors,
  data: z.strictObject({ app_id: appId }),
  result: done,
  resource,
});
export const GrantAppAccess = command('GrantAppAccess', {
  ...editors,
  data: z.strictObject({ app_id: appId, user_id: userId }),
  result: done,
  resource,
});
export const WithdrawAppAccess = command('WithdrawAppAccess', {
  ...editors,
  data: z.strictObject({ app_id: appId, user_id: userId }),
  result: done,
  resource,
});
export const GrantGroupAccess = command('GrantGroupAccess', {
  ...editors,
  data: z.strictObject({ app_id: appId, group_id: groupId }),
  result: done,
  resource,
});
export const WithdrawGroupAccess = command('WithdrawGroupAccess', {
  ...editors,
  data: z.strictObject({ app_id: appId, group_id: groupId }),
  result: done,
  resource,
});
export const RevertApp = command('RevertApp', {
  ...editors,
  data: z.strictObject({
    app_id: appId,
    to_version: z.number().int().min(1).describe('A version of its history'),
  }),
  result: appView,
  resource,
});
export const LaunchApp = command('LaunchApp', {
  allow: PEOPLE,
  data: z.strictObject({ app_id: appId }),
  result: z.object({ url: z.string() }),
  resource,
});
export const ListApps = query('ListApps', {
  past: true,
  allow: [...PEOPLE, 'console'],
  data: z.strictObject(pageQuery),
  result: z.object({ apps: z.array(appView), next_cursor: z.string().optional() }),
});
export const FindApp = query('FindApp', {
  past: true,
  allow: [...PEOPLE, 'console', 'system'],
  data: z.strictObject({ app_id: appId }),
  result: appView,
  resource,
});
export const ListApprovals = query('ListApprovals', {
  past: true,
  ...readers,
  data: z.strictObject({ app_id: appId }),
  result: z.object({ user_ids: z.array(userId), group_ids: z.array(groupId) }),
  resource,
});
export const ListAppRevisions = query('ListAppRevisions', {
  ...readers,
  data: z.strictObject({ app_id: appId, ...pageQuery }),
  result: z.object({ revisions: z.array(appRevision), next_cursor: z.string().optional() }),
  resource,
});
/** Whether a user may use an app of visibility "approved", judged on everything up to a place in the log. */
export const CheckApproval = query('CheckApproval', {
  allow: ['system'],
  data: z.strictObject({
    app_id: appId,
    user_id: userId,
    through: z.number().int().describe('Sequence up to which the catalogue has to know the log'),
    group_ids: z.array(groupId).describe('Groups that count beside those on the app’s list'),
    categories: z.array(z.string()).describe('Categories whose administrators count, too'),
  }),
  result: z.object({ approved: z.boolean() }),
  resource,
});
/** Waits until the catalogue knows the log up to a place: a right that was just given or taken is one, then. */
export const CatchUpCatalogue = query('CatchUpCatalogue', {
  allow: ['system'],
  data: z.strictObject({ through: z.number().int() }),
  result: z.object({ caught_up: z.boolean() }),
});

export const catalogOperations = [
  RegisterApp,
  ReviseApp,
  RetireApp,
  GrantAppAccess,
  WithdrawAppAccess,
  GrantGroupAccess,
  WithdrawGroupAccess,
  RevertApp,
  LaunchApp,
  ListApps,
  FindApp,
  ListApprovals,
  ListAppRevisions,
  CheckApproval,
  CatchUpCatalogue,
  ...categoryOperations,
] as const;
