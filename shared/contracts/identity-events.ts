import { z } from 'zod';
import { type EventShapes, eventId, eventTime, personal } from './event-shapes.js';
import {
  type AdministratorAppointed,
  type AdministratorDismissed,
  type AttemptEvent,
  type SignInEvent,
  USER_ROLES,
  type UserEvent,
  type UsernameClaimed,
} from './identity.js';

const of = { userId: eventId };
const role = z.enum(USER_ROLES);
const signInId = z.string();
const userName = personal('The name that the user signs in with');
const tokenHash = z.string().describe('SHA-256 of 32 random bytes: nothing to guess');
const password = z
  .strictObject({
    credentialId: z.string().describe('New with every password'),
    sealedHash: z.string().describe('argon2id hash, sealed under a key that is not in the log'),
    mustChange: z.boolean().describe('Somebody else chose or saw it'),
  })
  .describe('Of no use to anybody but the identity service');

export const usernameData: EventShapes<UsernameClaimed> = {
  UsernameClaimed: z
    .strictObject({ name: userName.exactOptional(), ...of, claimedAt: eventTime })
    .describe('A name belongs to this user from now on. Which one it is, the stream does not say.'),
};

export const userData: EventShapes<UserEvent> = {
  UserRegistered: z
    .strictObject({ ...of, name: userName, role, password: password.exactOptional() })
    .describe('There is a new user.'),
  UserRegistrationAbandoned: z
    .strictObject(of)
    .describe('A name was claimed for this user, and nobody came of it.'),
  UserRoleChanged: z
    .strictObject({ ...of, from: role, to: role })
    .describe('The user may do other things from now on.'),
  UserDisabled: z
    .strictObject({ ...of, name: userName.exactOptional(), role })
    .describe('The user can’t sign in any more, and every sign-in has ended.'),
  PasswordChanged: z
    .strictObject({
      ...{ ...of, password },
      reason: z.enum(['changed', 'reset']).describe('By the user, or by the operator'),
      keptSignInId: signInId.nullable().describe('The only sign-in that goes on'),
    })
    .describe('The user has another password.'),
  PersonErased: z
    .strictObject(of)
    .describe('What the log has about this person can’t be read any more: its key is forgotten.'),
};

export const administratorsData: EventShapes<AdministratorAppointed | AdministratorDismissed> = {
  AdministratorAppointed: z.strictObject(of).describe('The user is an administrator.'),
  AdministratorDismissed: z.strictObject(of).describe('The user is none any more.'),
};

export const signInData: EventShapes<SignInEvent> = {
  SignedIn: z
    .strictObject({
      ...{ signInId, ...of, credentialId: z.string(), tokenHash },
      ...{ issuedAt: eventTime, expiresAt: eventTime },
      droppedSignInIds: z.array(signInId).describe('Of the same user, which had expired by then'),
    })
    .describe('Somebody signed in.'),
  SignInRotated: z
    .strictObject({
      ...{ signInId, ...of, tokenHash, issuedAt: eventTime },
      ...{ previousTokenHash: tokenHash, previousValidUntil: eventTime },
    })
    .describe('A sign-in goes on under another token.'),
  SignedOut: z.strictObject({ signInId, ...of }).describe('A sign-in was ended by its user.'),
};

const failures = z.number().int().describe('In a row, by now');

export const attemptsData: EventShapes<AttemptEvent> = {
  SignInFailed: z
    .strictObject({
      nameHash: z.string().describe('Keyed: people type passwords into name fields'),
      userId: eventId.nullable().describe('Whose name it was, if anybody’s'),
      purpose: z.enum([
        ...(['sign_in', 'change_password'] as const),
        ...(['second_factor', 'remove_second_factor', 'device_code'] as const),
      ]),
      failures,
      lockedUntil: eventTime.nullable(),
    })
    .describe('A password or a code was wrong.'),
  SignInFailuresForgotten: z
    .strictObject({ failures })
    .describe('The failures before do not count any more.'),
};
