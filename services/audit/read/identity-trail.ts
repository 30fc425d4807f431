import type { GuessPurpose, IdentityEvent } from '#shared/contracts/identity.js';
import type { Trail } from './trail.js';
import { waysInTrail } from './ways-in-trail.js';

const onGroup = (groupId: string) => ['group', groupId] as const;
/** What was tried in vain with a wrong password or code. */
const FAILED = {
  sign_in: 'SIGN_IN_FAILED',
  change_password: 'CHANGE_PASSWORD_FAILED',
  second_factor: 'SECOND_FACTOR_FAILED',
  remove_second_factor: 'REMOVE_SECOND_FACTOR_FAILED',
  device_code: 'APPROVE_DEVICE_FAILED',
} as const satisfies Record<GuessPurpose, string>;

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
  UserRoleChanged: ({ data: { userId, from, to } }) => ({
    action: 'CHANGE_ROLE',
    resource: onUser(userId),
    details: { id: userId, changes: { role: { from, to } } },
  }),
  UserDisabled: ({ data: { userId, name, role } }) => ({
    action: 'DISABLE_USER',
    resource: onUser(userId),
    details: { id: userId, name, role },
  }),
  PersonErased: ({ data: { userId } }) => ({
    action: 'ERASE_USER',
    resource: onUser(userId),
    details: { id: userId },
  }),
  PasswordChanged: ({ data: { userId, reason } }) => ({
    action: reason === 'reset' ? 'RESET_PASSWORD' : 'CHANGE_PASSWORD',
    resource: onUser(userId),
    details: { id: userId },
  }),
  AdministratorAppointed: {
    leftOut: 'one step of a registration or a change of role, which has an entry',
  },
  AdministratorDismissed: {
    leftOut: 'one step of disabling a user or changing a role, which has an entry',
  },
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
    action: FAILED[purpose],
    resource: onUser(userId),
    details: { failures, locked_until: lockedUntil },
    outcome: 'refused',
  }),
  GroupNameClaimed: { leftOut: 'one step of creating or renaming a group, which has an entry' },
  GroupNameReleased: { leftOut: 'one step of renaming or deleting a group, which has an entry' },
  GroupCreated: ({ data: { groupId, name } }) => ({
    action: 'CREATE_GROUP',
    resource: onGroup(groupId),
    details: { id: groupId, name },
  }),
  GroupRenamed: ({ data: { groupId, from, to } }) => ({
    action: 'RENAME_GROUP',
    resource: onGroup(groupId),
    details: { id: groupId, changes: { name: { from, to } } },
  }),
  GroupDeleted: ({ data: { groupId, name, memberIds } }) => ({
    action: 'DELETE_GROUP',
    resource: onGroup(groupId),
    details: { id: groupId, name, member_ids: memberIds },
  }),
  GroupMemberAdded: ({ data: { groupId, name, userId } }) => ({
    action: 'ADD_GROUP_MEMBER',
    resource: onGroup(groupId),
    details: { group_id: groupId, name, user_id: userId },
  }),
  GroupMemberRemoved: ({ data: { groupId, name, userId } }) => ({
    action: 'REMOVE_GROUP_MEMBER',
    resource: onGroup(groupId),
    details: { group_id: groupId, name, user_id: userId },
  }),
  PreferencesKept: { leftOut: 'how a person likes the page to look: it changes no right' },
  SignInFailuresForgotten: { leftOut: 'follows a right password, whose use has an entry' },
  ...waysInTrail,
};
