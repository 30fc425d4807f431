import { z } from 'zod';
import { STREAM_ID } from '#shared/es/commit.js';
import type { AttemptRefused } from '#shared/es/attempt-refused.js';
import { eventTypes, type Message } from '#shared/es/decider.js';
import { operationsOf, PEOPLE } from '#shared/es/operation.js';
import { pageQuery } from './page.js';

export const USER_ROLES = PEOPLE;
export type UserRole = (typeof USER_ROLES)[number];

export const PASSWORD_LENGTH_MIN = 8;
export const PASSWORD_LENGTH_MAX = 128;
const NAME_TRIED_LENGTH_MAX = 256;
const TOKEN_LENGTH_MAX = 128;
const NAMES_ASKED_MAX = 1_000;

const userId = z.string().regex(STREAM_ID, 'is no user id');
const userName = z
  .string()
  .regex(/^[A-Za-z0-9._@-]{1,64}$/, 'takes 1 to 64 letters, digits, ".", "_", "-" and "@"')
  .describe('What the user signs in with; unique, whatever the case');
const role = z.enum(USER_ROLES);
const time = z.string().describe('RFC 3339, UTC');
const tooLong = `takes at most ${PASSWORD_LENGTH_MAX} characters`;
/** Too short or too common is a rule of the service's, with an answer of its own. */
const password = z.string().max(PASSWORD_LENGTH_MAX, tooLong);
const token = z.string().max(TOKEN_LENGTH_MAX);
/** A password that Sortie made up: null when there is none to show, also on a repeat of the request that was shown it. */
const shownOnce = z
  .string()
  .nullable()
  .describe(
    'The generated password, shown this once; null on a repeat of the same Idempotency-Key',
  );

/** Who is signed in, as the API shows it. */
export const account = z.object({
  id: userId,
  name: userName,
  role,
  must_change_password: z.boolean().describe('Somebody else chose or saw the password'),
});
export type Account = z.infer<typeof account>;

/** A user as administrators see it. */
export const userView = z.object({
  id: userId,
  name: userName,
  role,
  status: z.enum(['active', 'disabled']),
  created_at: time,
});
export type UserView = z.infer<typeof userView>;

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
  { name: string; userId: string; claimedAt: string }
>;
export type UserRegistered = Message<
  'UserRegistered',
  /** Without a password the user has another way to sign in. */
  { userId: string; name: string; role: UserRole; password?: PasswordCredential }
>;
/** A name was claimed for this user, nobody came of it, and somebody else asked for the name. */
export type UserRegistrationAbandoned = Message<'UserRegistrationAbandoned', { userId: string }>;
export type UserDisabled = Message<
  'UserDisabled',
  { userId: string; name: string; role: UserRole }
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
export type UserEvent = UserRegistered | UserRegistrationAbandoned | UserDisabled | PasswordChanged;
export type AdministratorAppointed = Message<'AdministratorAppointed', { userId: string }>;
export type AdministratorDismissed = Message<'AdministratorDismissed', { userId: string }>;
export type SignedIn = Message<
  'SignedIn',
  {
    signInId: string;
    userId: string;
    credentialId: string;
    /** SHA-256 of 32 random bytes: nothing to guess. */
    tokenHash: string;
    issuedAt: string;
    expiresAt: string;
    /** Sign-ins of the same user that had expired by then. */
    droppedSignInIds: readonly string[];
  }
>;
export type SignInRotated = Message<
  'SignInRotated',
  {
    signInId: string;
    userId: string;
    tokenHash: string;
    issuedAt: string;
    previousTokenHash: string;
    previousValidUntil: string;
  }
>;
export type SignedOut = Message<'SignedOut', { signInId: string; userId: string }>;
export type SignInEvent = SignedIn | SignInRotated | SignedOut;
/** A wrong password. People type passwords into name fields, so the name is kept as a keyed hash only. */
export type SignInFailed = Message<
  'SignInFailed',
  {
    nameHash: string;
    /** Whose name it was, if anybody's. */
    userId: string | null;
    purpose: 'sign_in' | 'change_password';
    /** In a row, by now. */
    failures: number;
    lockedUntil: string | null;
  }
>;
export type SignInFailuresForgotten = Message<'SignInFailuresForgotten', { failures: number }>;
export type AttemptEvent = SignInFailed | SignInFailuresForgotten;
export type IdentityEvent =
  | UsernameClaimed
  | UserEvent
  | AdministratorAppointed
  | AdministratorDismissed
  | SignInEvent
  | AttemptEvent;
export const IDENTITY_EVENTS = eventTypes<IdentityEvent | AttemptRefused>({
  UsernameClaimed: true,
  UserRegistered: true,
  UserRegistrationAbandoned: true,
  UserDisabled: true,
  PasswordChanged: true,
  AdministratorAppointed: true,
  AdministratorDismissed: true,
  SignedIn: true,
  SignInRotated: true,
  SignedOut: true,
  SignInFailed: true,
  SignInFailuresForgotten: true,
  AttemptRefused: true,
});

const { command, query } = operationsOf('identity');
const resource = { type: 'user', id: 'user_id' } as const;
const done = z.null();
const nobodyYet = ['anonymous', 'system'] as const;

export const SignIn = command('SignIn', {
  allow: nobodyYet,
  data: z.strictObject({ name: z.string().max(NAME_TRIED_LENGTH_MAX), password }),
  result: z.object({
    token: z.string().describe('Known to the browser alone; what is kept is its hash'),
    expires_at: time,
    user: account,
  }),
  resource: { type: 'user' },
  // The name too: it may be a password in the wrong field.
  secret: ['name', 'password'],
});
export const Authenticate = query('Authenticate', {
  allow: nobodyYet,
  data: z.strictObject({ token }),
  result: z.object({
    user: account,
    sign_in_id: z.string(),
    expires_at: time,
    rotate: z.boolean().describe('Time for RotateSignIn'),
  }),
  secret: ['token'],
});
/** Whether a sign-in still lets its user in, judged on everything that is in the log by now. */
export const CheckSignIn = query('CheckSignIn', {
  allow: ['system'],
  data: z.strictObject({ sign_in_id: z.string().max(64) }),
  result: z.object({ expires_at: time }),
});
export const RotateSignIn = command('RotateSignIn', {
  allow: PEOPLE,
  data: z.strictObject({ token }),
  result: z.object({
    token: z.string().nullable().describe('Null when a request beside this one has the new one'),
    expires_at: time,
  }),
  secret: ['token'],
});
export const SignOut = command('SignOut', {
  allow: PEOPLE,
  data: z.strictObject({}),
  result: done,
});
export const ChangePassword = command('ChangePassword', {
  allow: PEOPLE,
  data: z.strictObject({ current_password: password, new_password: password }),
  result: done,
  resource: { type: 'user' },
  secret: ['current_password', 'new_password'],
});
export const ResetPassword = command('ResetPassword', {
  allow: ['console'],
  data: z.strictObject({ name: userName }),
  result: z.object({ name: userName, password: shownOnce }),
  resource: { type: 'user' },
});
export const RegisterUser = command('RegisterUser', {
  allow: ['admin', 'console'],
  data: z.strictObject({ name: userName, role, password: password.optional() }),
  result: z.object({ user: userView, password: shownOnce }),
  resource: { type: 'user' },
  secret: ['password'],
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
  allow: ['admin', 'console'],
  data: z.strictObject(pageQuery),
  result: z.object({ users: z.array(userView), next_cursor: z.string().optional() }),
});
export const FindUser = query('FindUser', {
  allow: ['admin', 'console'],
  data: z.strictObject({ user_id: userId }),
  result: userView,
  resource,
});
export const ListUserNames = query('ListUserNames', {
  allow: ['admin', 'console', 'system'],
  data: z.strictObject({ ids: z.array(z.string().max(64)).max(NAMES_ASKED_MAX) }),
  result: z.object({ users: z.array(z.object({ id: userId, name: userName })) }),
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
  DisableUser,
  EnsureFirstAdministrator,
  ListUsers,
  FindUser,
  ListUserNames,
] as const;
