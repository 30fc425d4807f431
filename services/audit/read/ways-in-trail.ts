import type { WaysInEvent } from '#shared/contracts/ways-in-events.js';
import type { Trail } from './trail.js';

const onUser = (userId: string) => ['user', userId] as const;

/** What the trail says of the ways in beside passwords. */
export const waysInTrail: Trail<WaysInEvent> = {
  ApiTokenIssued: ({ data: { tokenId, userId, name, scopes, expiresAt } }) => ({
    action: 'CREATE_API_TOKEN',
    resource: ['api_token', tokenId],
    details: { id: tokenId, user_id: userId, name, scopes, expires_at: expiresAt },
  }),
  ApiTokenRevoked: ({ data: { tokenId, userId, name } }) => ({
    action: 'REVOKE_API_TOKEN',
    resource: ['api_token', tokenId],
    details: { id: tokenId, user_id: userId, name },
  }),
  ApiTokenUsed: { leftOut: 'what it was used for has entries of its own' },
  SignedOutEverywhere: ({ data: { userId } }) => ({
    ...{ action: 'SIGN_OUT_EVERYWHERE', resource: onUser(userId), details: { id: userId } },
  }),
  SecondFactorBegun: { leftOut: 'changes nothing until SecondFactorConfirmed' },
  SecondFactorConfirmed: ({ data: { userId } }) => ({
    ...{ action: 'ADD_SECOND_FACTOR', resource: onUser(userId), details: { id: userId } },
  }),
  SecondFactorUsed: { leftOut: 'is part of a sign-in, which SignedIn tells' },
  RecoveryCodeUsed: ({ data: { userId } }) => ({
    ...{ action: 'USE_RECOVERY_CODE', resource: onUser(userId), details: { id: userId } },
    user: userId,
  }),
  ExternalIdentityLinked: ({ data: { userId, issuer } }) => ({
    action: 'LINK_EXTERNAL_IDENTITY',
    resource: onUser(userId),
    details: { id: userId, issuer },
    user: userId,
  }),
  DeviceSignInStarted: { leftOut: 'nobody has said yes, and nothing has changed' },
  DeviceSignInApproved: ({ data: { deviceId } }) => ({
    ...{ action: 'APPROVE_DEVICE', resource: ['device', deviceId], details: { id: deviceId } },
  }),
  DeviceSignInDenied: ({ data: { deviceId } }) => ({
    ...{ action: 'DENY_DEVICE', resource: ['device', deviceId], details: { id: deviceId } },
  }),
  DeviceSignInCollected: { leftOut: 'comes with an API token, which ApiTokenIssued tells' },
  SecondFactorRemoved: ({ data: { userId } }) => ({
    ...{ action: 'REMOVE_SECOND_FACTOR', resource: onUser(userId), details: { id: userId } },
  }),
};
