import {
  ApproveDeviceSignIn,
  CollectDeviceToken,
  ShowDeviceSignIn,
  StartDeviceSignIn,
} from '#shared/contracts/ways-in.js';
import { z } from 'zod';
import { originsOf } from '../origins.js';
import { type Route, route } from '../route.js';

const tag = 'Device sign-in';

/** The page on which a person types the code that a program shows. */
const PAGE = '/device';

const started = (StartDeviceSignIn.result as unknown as z.ZodObject).extend({
  verification_url: z.string().describe('Where to type the user code'),
  verification_url_complete: z.string().describe('The same, with the code typed already'),
});

/** Signing a program in that has no browser, in the shape of RFC 8628: its result is an API token. */
export const deviceRoutes = (publicUrl: URL | undefined): readonly Route[] => [
  route({
    method: 'POST',
    path: '/api/device-codes',
    operation: StartDeviceSignIn,
    rate: 'signIn',
    summary: 'Begin to sign a program in: it shows the user code, and asks for its token',
    tag,
    success: 201,
    body: started,
    answer: (result, { request }) => {
      const [origin = ''] = originsOf(request.raw, publicUrl);
      const verification_url = `${origin}${PAGE}`;
      // After the #, so that it is in nobody's log.
      const complete = `${verification_url}#${result.user_code}`;
      return { ...result, verification_url, verification_url_complete: complete };
    },
  }),
  route({
    method: 'POST',
    path: '/api/device-codes/token',
    operation: CollectDeviceToken,
    summary: 'Ask for the token, every `interval` seconds, until somebody says yes or no',
    tag,
    success: 200,
    problems: [
      ...(['AuthorizationPending', 'SlowDown', 'DeviceRefused'] as const),
      ...(['DeviceCodeExpired', 'TooManyApiTokens'] as const),
    ],
  }),
  route({
    method: 'POST',
    path: '/api/device-codes/show',
    operation: ShowDeviceSignIn,
    rate: 'signIn',
    summary: 'What asks with a user code, for the person who is to answer',
    tag,
    success: 200,
    problems: ['DeviceCodeUnknown', 'SignInLocked'],
  }),
  route({
    method: 'POST',
    path: '/api/device-codes/approve',
    operation: ApproveDeviceSignIn,
    rate: 'signIn',
    summary: 'Say yes or no to what asks with a user code; with a yes it acts for you',
    tag,
    success: 204,
    problems: ['DeviceCodeUnknown', 'SignInLocked'],
  }),
];
