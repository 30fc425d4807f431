import { z } from 'zod';
import { STREAM_ID } from '#shared/es/commit.js';
import { operationsOf, PEOPLE, SCOPES } from '#shared/es/operation.js';
import { account, password, time, userId } from './account.js';
import { sealedOrigin } from './erasure.js';

export const API_TOKEN_DAYS_MAX = 365;
const API_TOKEN_DAYS_DEFAULT = 90;
const API_TOKEN_LENGTH_MAX = 128;
const ORIGIN_LENGTH_MAX = 1_024;
const OIDC_TEXT_LENGTH_MAX = 1_024;
const OIDC_QUERY_LENGTH_MAX = 8_192;

const tokenId = z.string().regex(STREAM_ID, 'is no token id');
const scope = z.enum(SCOPES, `must be one of ${SCOPES.join(', ')}`);
const label = z
  .string()
  .regex(/^[^\p{C}]{1,64}$/u, 'takes 1 to 64 characters, and no control characters')
  .regex(/\S/, 'must not be blank');

/** What a token is to be: its owner's name for it, what it may do, and for how long. */
export const tokenWish = {
  name: label.describe('What you call it, like the program that uses it'),
  scopes: z
    .array(scope)
    .min(1, 'must name at least one scope')
    .max(SCOPES.length)
    .refine((scopes) => new Set(scopes).size === scopes.length, 'names a scope twice'),
  expires_in_days: z.number().int().min(1).max(API_TOKEN_DAYS_MAX).default(API_TOKEN_DAYS_DEFAULT),
};

export const apiTokenView = z.object({
  id: tokenId,
  name: z.string(),
  scopes: z.array(scope),
  created_at: time,
  expires_at: time,
  last_used_at: time.nullable().describe('To within a minute'),
  active: z
    .boolean()
    .describe('False once it has expired, and while its owner has another role than then'),
});
export type ApiTokenView = z.infer<typeof apiTokenView>;

const { command, query } = operationsOf('identity');
const done = z.null();
const nobodyYet = ['anonymous', 'system'] as const;
const ofUsers = ['admin', 'console'] as const;
const resource = { type: 'api_token', id: 'token_id' } as const;
const person = true;
const origin = z.string().max(ORIGIN_LENGTH_MAX).exactOptional();
const tokens = z.object({ tokens: z.array(apiTokenView) });

export const IssueApiToken = command('IssueApiToken', {
  ...{ allow: PEOPLE, person },
  data: z.strictObject(tokenWish),
  result: z.object({
    token: z
      .string()
      .nullable()
      .describe('Begins with srt_, and is shown this once; null on a repeat of the request'),
    api_token: apiTokenView,
  }),
  resource: { type: 'api_token' },
  // What people call things is about them.
  secret: ['name'],
});
export const ListApiTokens = query('ListApiTokens', {
  ...{ allow: PEOPLE, person },
  data: z.strictObject({}),
  result: tokens,
});
export const RevokeApiToken = command('RevokeApiToken', {
  ...{ allow: PEOPLE, person, resource },
  data: z.strictObject({ token_id: tokenId }),
  result: done,
});
export const ListUserApiTokens = query('ListUserApiTokens', {
  ...{ allow: ofUsers, person },
  data: z.strictObject({ user_id: userId }),
  result: tokens,
  resource: { type: 'user', id: 'user_id' },
});
export const RevokeUserApiToken = command('RevokeUserApiToken', {
  ...{ allow: ofUsers, person, resource },
  data: z.strictObject({ user_id: userId, token_id: tokenId }),
  result: done,
});
/** Who uses a token, what it is cut to, and whether it is time to note that it is used. */
export const AuthenticateApiToken = query('AuthenticateApiToken', {
  allow: nobodyYet,
  // Where it came from is answered sealed, as Authenticate does it.
  data: z.strictObject({
    token: z.string().max(API_TOKEN_LENGTH_MAX),
    ip: origin,
    user_agent: origin,
  }),
  result: z.object({
    user: account,
    token_id: tokenId,
    scopes: z.array(scope),
    expires_at: time,
    note_use: z.boolean().describe('Time for NoteApiTokenUse'),
    origin: sealedOrigin,
  }),
  secret: ['token', 'ip', 'user_agent'],
});
/** Whether a token still lets its user in, judged on everything that is in the log by now. */
export const CheckApiToken = query('CheckApiToken', {
  allow: ['system'],
  data: z.strictObject({ token_id: z.string().max(64) }),
  result: z.object({ expires_at: time }),
});
export const NoteApiTokenUse = command('NoteApiTokenUse', {
  allow: ['system'],
  data: z.strictObject({ token_id: z.string().max(64) }),
  result: done,
  resource,
});

export const signInView = z.object({
  id: z.string(),
  created_at: time,
  last_seen_at: time.describe('To within a quarter of an hour'),
  expires_at: time,
  ip: z.string().nullable().describe('Where it began'),
  user_agent: z.string().nullable(),
  current: z.boolean().describe('The one that asks'),
});
export type SignInView = z.infer<typeof signInView>;

export const ListSignIns = query('ListSignIns', {
  ...{ allow: PEOPLE, person },
  data: z.strictObject({}),
  result: z.object({ sign_ins: z.array(signInView) }),
});
export const EndSignIn = command('EndSignIn', {
  ...{ allow: PEOPLE, person },
  data: z.strictObject({ sign_in_id: z.string().regex(STREAM_ID, 'is no sign-in id') }),
  result: done,
  resource: { type: 'sign_in', id: 'sign_in_id' },
});
export const SignOutEverywhere = command('SignOutEverywhere', {
  ...{ allow: PEOPLE, person },
  data: z.strictObject({}),
  result: done,
  resource: { type: 'user' },
});
export const SignOutUser = command('SignOutUser', {
  ...{ allow: ofUsers, person },
  data: z.strictObject({ user_id: userId }),
  result: done,
  resource: { type: 'user', id: 'user_id' },
});

/** Six digits of an app, or a recovery code. */
export const secondFactorCode = z.string().max(64);

export const ShowSecondFactor = query('ShowSecondFactor', {
  ...{ allow: PEOPLE, person },
  data: z.strictObject({}),
  result: z.object({
    status: z.enum(['none', 'begun', 'confirmed']),
    confirmed_at: time.nullable(),
    recovery_codes_left: z.number().int(),
  }),
});
export const BeginSecondFactor = command('BeginSecondFactor', {
  ...{ allow: PEOPLE, person },
  data: z.strictObject({}),
  result: z.object({
    secret: z.string().describe('Base32, to type into an app'),
    uri: z.string().describe('otpauth:, to be read by an app from a QR code'),
  }),
  resource: { type: 'user' },
});
export const ConfirmSecondFactor = command('ConfirmSecondFactor', {
  ...{ allow: PEOPLE, person },
  data: z.strictObject({ code: secondFactorCode }),
  result: z.object({
    recovery_codes: z
      .array(z.string())
      .nullable()
      .describe('Each lets in once without the app; shown this once, null on a repeat'),
  }),
  resource: { type: 'user' },
  secret: ['code'],
});
export const RemoveSecondFactor = command('RemoveSecondFactor', {
  ...{ allow: PEOPLE, person },
  data: z.strictObject({ password }),
  result: done,
  resource: { type: 'user' },
  secret: ['password'],
});
export const RemoveUserSecondFactor = command('RemoveUserSecondFactor', {
  ...{ allow: ofUsers, person },
  data: z.strictObject({ user_id: userId }),
  result: done,
  resource: { type: 'user', id: 'user_id' },
});

export const ListSignInProviders = query('ListSignInProviders', {
  allow: ['anonymous', ...PEOPLE, 'console'],
  data: z.strictObject({}),
  result: z.object({
    providers: z.array(
      z.object({
        id: z.string(),
        name: z.string().describe('What people know it as'),
        url: z.string().describe('Where the browser goes; takes `?to=/path` for afterwards'),
      }),
    ),
  }),
});
/** Where to send a browser, and what it has to bring back, sealed. */
export const StartOidcSignIn = query('StartOidcSignIn', {
  allow: nobodyYet,
  data: z.strictObject({
    redirect_uri: z.string().max(OIDC_TEXT_LENGTH_MAX),
    to: z.string().max(OIDC_TEXT_LENGTH_MAX).describe('A path of this server'),
  }),
  result: z.object({ url: z.string(), sealed_state: z.string() }),
});
export const FinishOidcSignIn = command('FinishOidcSignIn', {
  allow: nobodyYet,
  data: z.strictObject({
    query: z
      .string()
      .max(OIDC_QUERY_LENGTH_MAX)
      .describe('What the provider sent the browser with'),
    sealed_state: z.string().max(OIDC_QUERY_LENGTH_MAX),
  }),
  result: z.object({ token: z.string(), expires_at: time, user: account, to: z.string() }),
  resource: { type: 'user' },
  secret: ['query', 'sealed_state'],
});

/** How often a program may ask whether somebody has said yes. */
export const DEVICE_POLL_SECONDS = 5;
/** What a person types; spaces, dashes and case don't matter. */
const userCode = z.string().max(32);
const deviceCode = z.string().max(API_TOKEN_LENGTH_MAX);

export const StartDeviceSignIn = command('StartDeviceSignIn', {
  allow: nobodyYet,
  data: z.strictObject(tokenWish),
  result: z.object({
    device_code: z.string().describe('For the program alone, to ask for its token with'),
    user_code: z.string().describe('For a person, to type on the page'),
    expires_in: z.number().int().describe('Seconds'),
    interval: z.number().int().describe('Seconds between two requests for the token'),
  }),
  resource: { type: 'device' },
  secret: ['name'],
});
/** What asks, for the person who is to say yes or no. A code that is wrong counts as a guess. */
export const ShowDeviceSignIn = command('ShowDeviceSignIn', {
  ...{ allow: PEOPLE, person },
  data: z.strictObject({ user_code: userCode }),
  result: z.object({
    name: z.string().describe('What it calls itself, which may be anything'),
    scopes: z.array(scope),
    expires_in_days: z.number().int(),
    started_at: time,
    ip: z.string().nullable().describe('Where it asked from'),
    user_agent: z.string().nullable(),
  }),
  resource: { type: 'device' },
  secret: ['user_code'],
});
export const ApproveDeviceSignIn = command('ApproveDeviceSignIn', {
  ...{ allow: PEOPLE, person },
  data: z.strictObject({ user_code: userCode, approve: z.boolean() }),
  result: done,
  resource: { type: 'device' },
  secret: ['user_code'],
});
export const CollectDeviceToken = command('CollectDeviceToken', {
  allow: nobodyYet,
  data: z.strictObject({ device_code: deviceCode }),
  result: z.object({ token: z.string().describe('Begins with srt_'), api_token: apiTokenView }),
  resource: { type: 'device' },
  secret: ['device_code'],
});

export const waysInOperations = [
  ...[IssueApiToken, ListApiTokens, RevokeApiToken, ListUserApiTokens, RevokeUserApiToken],
  ...[AuthenticateApiToken, CheckApiToken, NoteApiTokenUse],
  ...[ListSignIns, EndSignIn, SignOutEverywhere, SignOutUser],
  ...[ShowSecondFactor, BeginSecondFactor, ConfirmSecondFactor],
  ...[RemoveSecondFactor, RemoveUserSecondFactor],
  ...[ListSignInProviders, StartOidcSignIn, FinishOidcSignIn],
  ...[StartDeviceSignIn, ShowDeviceSignIn, ApproveDeviceSignIn, CollectDeviceToken],
] as const;
