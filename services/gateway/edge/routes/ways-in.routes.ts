import {
  BeginSecondFactor,
  ConfirmSecondFactor,
  EndSignIn,
  IssueApiToken,
  ListApiTokens,
  ListSignIns,
  ListUserApiTokens,
  RemoveSecondFactor,
  RemoveUserSecondFactor,
  RevokeApiToken,
  RevokeUserApiToken,
  ShowSecondFactor,
  SignOutEverywhere,
  SignOutUser,
} from '#shared/contracts/ways-in.js';
import type { Authentication } from '../authentication.js';
import { type Route, route } from '../route.js';

const tag = 'API tokens';
const signIns = 'Sign-ins';
const factor = 'Second factor';

/** Where one is signed in, the second factor, and the ways in beside a password. */
export const waysInRoutes = (authentication: Authentication): readonly Route[] => [
  ...signedInRoutes(authentication),
  ...secondFactorRoutes,
  ...tokenRoutes,
];

const signedInRoutes = (authentication: Authentication): readonly Route[] => [
  route({
    method: 'GET',
    path: '/api/me/sign-ins',
    operation: ListSignIns,
    summary: 'Where you are signed in, the one seen last first',
    tag: signIns,
    success: 200,
  }),
  route({
    method: 'DELETE',
    path: '/api/me/sign-ins/{sign_in_id}',
    operation: EndSignIn,
    summary: 'End one of your sign-ins; its viewers and event streams close',
    tag: signIns,
    success: 204,
    problems: ['SignInUnknown'],
  }),
  route({
    method: 'POST',
    path: '/api/me/sign-out-everywhere',
    operation: SignOutEverywhere,
    summary: 'End all of your sign-ins, this one too; API tokens go on',
    tag: signIns,
    success: 204,
    answer: (_, { reply }) => authentication.clearCookie(reply),
  }),
  route({
    method: 'POST',
    path: '/api/users/{user_id}/sign-out',
    operation: SignOutUser,
    summary: 'End all sign-ins of a user; API tokens go on',
    tag: signIns,
    success: 204,
    problems: ['UserUnknown'],
  }),
];

const secondFactorRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/me/second-factor',
    operation: ShowSecondFactor,
    summary: 'Whether you have a second factor',
    tag: factor,
    success: 200,
  }),
  route({
    method: 'POST',
    path: '/api/me/second-factor',
    operation: BeginSecondFactor,
    summary:
      'Get a secret for an authenticator app (RFC 6238); nothing changes until it is confirmed',
    tag: factor,
    success: 201,
    problems: ['SecondFactorExists', 'SecondFactorMissing'],
  }),
  route({
    method: 'POST',
    path: '/api/me/second-factor/confirm',
    operation: ConfirmSecondFactor,
    rate: 'signIn',
    summary: 'Put the second factor in force with a code of it; recovery codes are shown once',
    tag: factor,
    success: 200,
    problems: ['SecondFactorCodeWrong', 'SecondFactorMissing'],
  }),
  route({
    method: 'POST',
    path: '/api/me/second-factor/remove',
    operation: RemoveSecondFactor,
    rate: 'signIn',
    summary: 'Remove your second factor; it takes the password',
    tag: factor,
    success: 204,
    problems: ['PasswordWrong', 'SignInLocked'],
  }),
  route({
    method: 'POST',
    path: '/api/users/{user_id}/remove-second-factor',
    operation: RemoveUserSecondFactor,
    summary: 'Remove the second factor of a user who has lost it',
    tag: factor,
    success: 204,
    problems: ['UserUnknown'],
  }),
];

const tokenRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/me/tokens',
    operation: ListApiTokens,
    summary: 'Your API tokens, newest first',
    tag,
    success: 200,
  }),
  route({
    method: 'POST',
    path: '/api/me/tokens',
    operation: IssueApiToken,
    summary: 'Get an API token, for `Authorization: Bearer`; it is shown once',
    tag,
    success: 201,
    problems: ['TooManyApiTokens'],
  }),
  route({
    method: 'DELETE',
    path: '/api/me/tokens/{token_id}',
    operation: RevokeApiToken,
    summary: 'Revoke one of your API tokens; its event streams end',
    tag,
    success: 204,
    problems: ['ApiTokenUnknown'],
  }),
  route({
    method: 'GET',
    path: '/api/users/{user_id}/tokens',
    operation: ListUserApiTokens,
    summary: 'The API tokens of a user',
    tag,
    success: 200,
    problems: ['UserUnknown'],
  }),
  route({
    method: 'DELETE',
    path: '/api/users/{user_id}/tokens/{token_id}',
    operation: RevokeUserApiToken,
    summary: 'Revoke an API token of a user; its event streams end',
    tag,
    success: 204,
    problems: ['ApiTokenUnknown'],
  }),
];
