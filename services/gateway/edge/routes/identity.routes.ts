import { z } from 'zod';
import {
  account,
  ChangePassword,
  DisableUser,
  ListUsers,
  RegisterUser,
  ResetPassword,
  SignIn,
  SignOut,
} from '#shared/contracts/identity.js';
import { ShowMe } from '#shared/contracts/gateway.js';
import type { Authentication } from '../authentication.js';
import { type Route, route } from '../route.js';

const signIn = 'Sign-in';
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
      problems: ['SignInFailed', 'SignInLocked'],
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
  ];
}

const userRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/users',
    operation: ListUsers,
    summary: 'All users',
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
    method: 'DELETE',
    path: '/api/users/{user_id}',
    operation: DisableUser,
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
