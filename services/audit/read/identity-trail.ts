import type { IdentityEvent } from '#shared/contracts/identity.js';
import type { Trail } from './trail.js';

const onUser = (userId: string | null) => ['user', userId] as const;

/** What the trail says of the events of users and their sign-ins. */
export const identityTrail: Trail<IdentityEvent> = {
  UsernameClaimed: { leftOut: 'one step of a registration, which UserRegistered tells' },
  UserRegistered: ({ data: { userId, name, role } }) => ({
    action: 'CREATE_USER',
    resource: onUser(userId),
    details: { id: userId, name, role },
  }),
  UserRegistrationAbandoned: ({ data: { userId } }) => ({
    action: 'ABANDON_USER',
    resource: onUser(userId),
    details: { id: userId },
  }),
  UserDisabled: ({ data: { userId, name, role } }) => ({
    action: 'DISABLE_USER',
    resource: onUser(userId),
    details: { id: userId, name, role },
  }),
  PasswordChanged: ({ data: { userId, reason } }) => ({
    action: reason === 'reset' ? 'RESET_PASSWORD' : 'CHANGE_PASSWORD',
    resource: onUser(userId),
    details: { id: userId },
  }),
  AdministratorAppointed: { leftOut: 'one step of a registration, which UserRegistered tells' },
  AdministratorDismissed: { leftOut: 'one step of disabling a user, which UserDisabled tells' },
  SignedIn: ({ data: { userId, signInId, expiresAt } }) => ({
    action: 'SIGN_IN',
    resource: onUser(userId),
    details: { sign_in_id: signInId, expires_at: expiresAt },
    // Whoever asked was nobody yet.
    user: userId,
  }),
  SignInRotated: { leftOut: 'renews a token by itself, many times a day, and changes no right' },
  SignedOut: ({ data: { userId, signInId } }) => ({
    action: 'SIGN_OUT',
    resource: onUser(userId),
    details: { sign_in_id: signInId },
  }),
  SignInFailed: ({ data: { userId, purpose, failures, lockedUntil } }) => ({
    action: purpose === 'sign_in' ? 'SIGN_IN_FAILED' : 'CHANGE_PASSWORD_FAILED',
    resource: onUser(userId),
    details: { failures, locked_until: lockedUntil },
    outcome: 'refused',
  }),
  SignInFailuresForgotten: { leftOut: 'follows a right password, whose use has an entry' },
};
