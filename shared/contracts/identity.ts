import { z } from 'zod';
import type { AttemptRefused } from '#shared/es/attempt-refused.js';
import { eventTypes, type Message } from '#shared/es/decider.js';
import { operationsOf, PEOPLE } from '#shared/es/operation.js';
import { account, password, role, shownName, shownOnce, time } from './account.js';
import { userId, userName, userView } from './account.js';
import type { UserRole } from './account.js';
import { erasureOperations, type PersonErased, sealedOrigin } from './erasure.js';
import { type GroupEvent, type GroupNameEvent, groupOperations } from './groups.js';
import { pageQuery } from './page.js';
import { type PreferencesKept, preferencesOperations } from './preferences.js';
import { secondFactorCode, waysInOperations } from './ways-in.js';
import type { AttemptEvent, SignInEvent } from './sign-in-messages.js';
import { WAYS_IN_EVENTS, type WaysInEvent } from './ways-in-events.js';

export {
  type Account,
  account,
  PASSWORD_LENGTH_MAX,
  PASSWORD_LENGTH_MIN,
  USER_ROLES,
  type UserRole,
  type UserView,
} from './account.js';

export type {
  AttemptEvent,
  GuessPurpose,
  SignInEvent,
  SignInFailed,
  SignedIn,
} from './sign-in-messages.js';

const NAME_TRIED_LENGTH_MAX = 256;
const ORIGIN_LENGTH_MAX = 1_024;
const TOKEN_LENGTH_MAX = 128;
const NAMES_ASKED_MAX = 1_000;
const USER_SEARCH_LENGTH_MAX = 64;

const token = z.string().max(TOKEN_LENGTH_MAX);

/** A password as the log keeps it: the argon2id hash sealed under a key that is not in the log. */
export type PasswordCredential = Readonly<{
  /** New with every password. A sign-in carries the one it was verified against, and ends with it. */
  credentialId: string;
  sealedHash: string;
  /** Whether somebody else chose or saw it. */
  mustChange: boolean;
}>;

export type UsernameClaimed = Message<
  'UsernameClaimed',
  /** The name is in events from before there were keys: the stream says which name it is, to those who know. */
  { name?: string; userId: string; claimedAt: string }
>;
export type UserRegistered = Message<
  'UserRegistered',
  /** The name is a personal text. Without a password the user has another way to sign in. */
  { userId: string; name: string; role: UserRole; password?: PasswordCredential }
>;
/** A name was claimed for this user, nobody came of it, and somebody else asked for the name. */
export type UserRegistrationAbandoned = Message<'UserRegistrationAbandoned', { userId: string }>;
export type UserDisabled = Message<
  'UserDisabled',
  /** The name is a personal text; of a user from before there were keys there is none. */
  { userId: string; name?: string; role: UserRole }
>;
export type PasswordChanged = Message<
  'PasswordChanged',
  {
    userId: string;
    password: PasswordCredential;
    /** By the user who knew the one before, or by the operator. */
    reason: 'changed' | 'reset';
    /** The only sign-in that goes on. */
    keptSignInId: string | null;
  }
>;
export type UserRoleChanged = Message<
  'UserRoleChanged',
  { userId: string; from: UserRole; to: UserRole }
>;
export type UserEvent =
  | UserRegistered
  | UserRegistrationAbandoned
  | UserRoleChanged
  | UserDisabled
  | PasswordChanged
  | PersonErased;
export type AdministratorAppointed = Message<'AdministratorAppointed', { userId: string }>;
export type AdministratorDismissed = Message<'AdministratorDismissed', { userId: string }>;
export type IdentityEvent =
  | UsernameClaimed
  | UserEvent
  | AdministratorAppointed
  | AdministratorDismissed
  | SignInEvent
  | AttemptEvent
  | GroupNameEvent
  | GroupEvent
  | PreferencesKept
  | WaysInEvent;
export const IDENTITY_EVENTS = eventTypes<IdentityEvent | AttemptRefused>({
  UsernameClaimed: true,
  UserRegistered: true,
  UserRegistrationAbandoned: true,
  UserRoleChanged: true,
  UserDisabled: true,
  PasswordChanged: true,
  PersonErased: true,
  AdministratorAppointed: true,
  AdministratorDismissed: true,
  SignedIn: true,
  SignInRotated: true,
  SignedOut: true,
  SignInFailed: true,
  SignInFailuresForgotten: true,
  GroupNameClaimed: true,
  GroupNameReleased: true,
  GroupCreated: true,
  GroupRenamed: true,
  GroupDeleted: true,
  GroupMemberAdded: true,
  GroupMemberRemoved: true,
  PreferencesKept: true,
  ...WAYS_IN_EVENTS,
  AttemptRefused: true,
});

const { command, query } = operationsOf('identity');
const resource = { type: 'user', id: 'user_id' } as const;
const done = z.null();
const nobodyYet = ['anonymous', 'system'] as const;
const origin = z.string().max(ORIGIN_LENGTH_MAX).exactOptional();

export const SignIn = command('SignIn', {
  allow: nobodyYet,
  data: z.strictObject({
    name: z.string().max(NAME_TRIED_LENGTH_MAX),
    password,
    code: secondFactorCode.optional().describe('Of the second factor, for who has one'),
  }),
  result: z.object({
    token: z.string().describe('Known to the browser alone; what is kept is its hash'),
    expires_at: time,
    user: account,
  }),
  resource: { type: 'user' },
  // The name too: it may be a password in the wrong field.
  secret: ['name', 'password', 'code'],
});
export const Authenticate = query('Authenticate', {
  allow: nobodyYet,
  // Where it came from is answered sealed: only for whom it is about is known afterwards.
  data: z.strictObject({ token, ip: origin, user_agent: origin }),
  result: z.object({
    user: account,
    sign_in_id: z.string(),
    expires_at: time,
    rotate: z.boolean().describe('Time for RotateSignIn'),
    origin: sealedOrigin,
  }),
  secret: ['token', 'ip', 'user_agent'],
});
/** Whether a sign-in still lets its user in, judged on everything that is in the log by now. */
export const CheckSignIn = query('CheckSignIn', {
  allow: ['system'],
  data: z.strictObject({ sign_in_id: z.string().max(64) }),
  result: z.object({ expires_at: time, role }),
});
export const RotateSignIn = command('RotateSignIn', {
  ...{ allow: PEOPLE, person: true, beforePasswordChange: true },
  data: z.strictObject({ token }),
  result: z.object({
    token: z.string().nullable().describe('Null when a request beside this one has the new one'),
    expires_at: time,
  }),
  secret: ['token'],
});
export const SignOut = command('SignOut', {
  ...{ allow: PEOPLE, person: true, beforePasswordChange: true },
  data: z.strictObject({}),
  result: done,
});
export const ChangePassword = command('ChangePassword', {
  ...{ allow: PEOPLE, person: true, beforePasswordChange: true },
  data: z.strictObject({ current_password: password, new_password: password }),
  result: done,
  resource: { type: 'user' },
  secret: ['current_password', 'new_password'],
});
export const ResetPassword = command('ResetPassword', {
  person: true,
  allow: ['console'],
  data: z.strictObject({ name: userName }),
  result: z.object({ name: userName, password: shownOnce }),
  resource: { type: 'user' },
  secret: ['name'],
});
export const RegisterUser = command('RegisterUser', {
  allow: ['admin', 'console'],
  data: z.strictObject({ name: userName, role, password: password.optional() }),
  result: z.object({ user: userView, password: shownOnce }),
  resource: { type: 'user' },
  // The name too: a hash of it would say who was registered, long after that was erased.
  secret: ['name', 'password'],
});
export const ChangeRole = command('ChangeRole', {
  allow: ['admin', 'console'],
  data: z.strictObject({ user_id: userId, role }),
  result: userView,
  resource,
});
export const ResetUserPassword = command('ResetUserPassword', {
  person: true,
  allow: ['admin', 'console'],
  data: z.strictObject({ user_id: userId }),
  result: z.object({ name: userName, password: shownOnce }),
  resource,
});
export const DisableUser = command('DisableUser', {
  allow: ['admin', 'console'],
  data: z.strictObject({ user_id: userId }),
  result: done,
  resource,
});
export const EnsureFirstAdministrator = command('EnsureFirstAdministrator', {
  allow: ['system'],
  data: z.strictObject({}),
  result: z.object({ name: userName, password: z.string() }).nullable(),
});
export const ListUsers = query('ListUsers', {
  past: true,
  allow: ['auditor', 'admin', 'console'],
  data: z.strictObject({
    ...pageQuery,
    query: z
      .string()
      .max(USER_SEARCH_LENGTH_MAX)
      .optional()
      .describe('Part of the name, in any case'),
    role: role.optional(),
  }),
  result: z.object({ users: z.array(userView), next_cursor: z.string().optional() }),
});
export const FindUser = query('FindUser', {
  past: true,
  allow: ['auditor', 'admin', 'console'],
  data: z.strictObject({ user_id: userId }),
  result: userView,
  resource,
});
export const ListUserNames = query('ListUserNames', {
  past: true,
  allow: ['auditor', 'operator', 'admin', 'console', 'system'],
  data: z.strictObject({ ids: z.array(z.string().max(64)).max(NAMES_ASKED_MAX) }),
  result: z.object({ users: z.array(z.object({ id: userId, name: shownName })) }),
});

export const identityOperations = [
  SignIn,
  Authenticate,
  CheckSignIn,
  RotateSignIn,
  SignOut,
  ChangePassword,
  ResetPassword,
  RegisterUser,
  ChangeRole,
  ResetUserPassword,
  DisableUser,
  EnsureFirstAdministrator,
  ListUsers,
  FindUser,
  ListUserNames,
  ...groupOperations,
  ...preferencesOperations,
  ...erasureOperations,
  ...waysInOperations,
] as const;
