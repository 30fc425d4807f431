import { z } from 'zod';
import {
  account,
  ChangePassword,
  ChangeRole,
  DisableUser,
  FindUser,
  ListUsers,
  RegisterUser,
  ResetPassword,
  ResetUserPassword,
  SignIn,
  SignOut,
} from '#shared/contracts/identity.js';
import { ShowMe } from '#shared/contracts/gateway.js';
import { KeepPreferences, ShowPreferences } from '#shared/contracts/preferences.js';
import type { Authentication } from '../authentication.js';
import { inEffect } from '../rights-in-effect.js';
import { type Route, route } from '../route.js';

const signIn = 'Sign-in';
const me = 'You';
const users = 'Users';

/** Signing in and out, one's own password, and the users that administrators keep. */
export function identityRoutes(authentication: Authentication): readonly Route[] {
  return [...signInRoutes(authentication), ...userRoutes];
}

function signInRoutes(authentication: Authentication): readonly Route[] {
  return [
    route({
      method: 'POST',
      path: '/api/sign-in',
      operation: SignIn,
      rate: 'signIn',
      summary: 'Sign in; the answer sets the cookie',
      tag: signIn,
      success: 200,
      body: z.object({ user: account }),
      answer: async ({ token, expires_at, user }, { request, reply }) => {
        await authentication.endPrevious(request, reply);
        authentication.setCookie(reply, token, expires_at);
        return { user };
      },
      problems: ['SignInFailed', 'SignInLocked', 'SecondFactorRequired', 'SecondFactorWrong'],
    }),
    route({
      method: 'POST',
      path: '/api/sign-out',
      operation: SignOut,
      summary: 'Sign out; open viewers of this sign-in close',
      tag: signIn,
      success: 204,
      answer: (_, { reply }) => authentication.clearCookie(reply),
    }),
    route({
      method: 'GET',
      path: '/api/me',
      operation: ShowMe,
      // Who asks has been found out already; there is nobody left to ask.
      perform: async () => ({ kind: 'done', result: null }),
      answer: (_, { request }) => authentication.accountOf(request),
      body: account,
      summary: 'Who you are',
      tag: signIn,
      success: 200,
    }),
    route({
      method: 'POST',
      path: '/api/me/password',
      operation: ChangePassword,
      rate: 'signIn',
      summary: 'Change your password; your other sign-ins end',
      tag: signIn,
      success: 204,
      problems: ['PasswordWrong', 'PasswordTooWeak', 'SignInLocked'],
    }),
    route({
      method: 'GET',
      path: '/api/me/preferences',
      operation: ShowPreferences,
      hasVersion: true,
      summary: 'How you like the page to be, wherever you sign in',
      tag: me,
      success: 200,
    }),
    route({
      method: 'PUT',
      path: '/api/me/preferences',
      operation: KeepPreferences,
      hasVersion: true,
      ifMatch: 'optional',
      summary: 'Keep how you like it',
      tag: me,
      success: 200,
    }),
  ];
}

const userRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/users',
    operation: ListUsers,
    summary: 'Users by name: all, or those with a part of a name or a role',
    tag: users,
    success: 200,
  }),
  route({
    method: 'POST',
    path: '/api/users',
    operation: RegisterUser,
    summary: 'Add a user; a generated password is shown once',
    tag: users,
    success: 201,
    problems: ['UserNameTaken', 'PasswordTooWeak'],
  }),
  route({
    method: 'GET',
    path: '/api/users/{user_id}',
    operation: FindUser,
    hasVersion: true,
    summary: 'One user, with its version as ETag',
    tag: users,
    success: 200,
    problems: ['UserUnknown'],
  }),
  route({
    method: 'PUT',
    path: '/api/users/{user_id}/role',
    operation: ChangeRole,
    hasVersion: true,
    ifMatch: 'required',
    summary: 'Give a user another role; what the user has open closes, to be opened with it',
    tag: users,
    success: 200,
    problems: ['UserUnknown', 'LastAdministrator'],
  }),
  route({
    method: 'POST',
    path: '/api/users/{user_id}/reset-password',
    operation: ResetUserPassword,
    summary: 'Give a user a new random password, shown once; all of the user’s sign-ins end',
    tag: users,
    success: 200,
    problems: ['UserUnknown'],
  }),
  route({
    method: 'DELETE',
    path: '/api/users/{user_id}',
    operation: DisableUser,
    perform: (data, context, bus) => inEffect(bus.request(DisableUser, data, context), bus),
    summary: 'Disable a user: sign-ins and viewers end at once',
    tag: users,
    success: 204,
    problems: ['UserUnknown', 'LastAdministrator'],
  }),
  route({
    method: 'POST',
    path: '/api/users/reset-password',
    operation: ResetPassword,
    summary: 'Give a user a new random password; over the control socket only',
    tag: users,
    success: 200,
    problems: ['UserUnknown'],
  }),
];
