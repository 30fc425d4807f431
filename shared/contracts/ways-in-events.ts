import { z } from 'zod';
import type { Message } from '#shared/es/decider.js';
import { PEOPLE, type Scope, SCOPES } from '#shared/es/operation.js';
import { type EventShapes, eventId, eventTime } from './event-shapes.js';

export type ApiTokenIssued = Message<
  'ApiTokenIssued',
  {
    tokenId: string;
    userId: string;
    name: string;
    scopes: readonly Scope[];
    /** What the user was: a token ends when its user becomes something else. */
    role: (typeof PEOPLE)[number];
    /** SHA-256 of 32 random bytes: nothing to guess. */
    tokenHash: string;
    issuedAt: string;
    expiresAt: string;
    /** Tokens of the same user that had expired by then. */
    droppedTokenIds: readonly string[];
  }
>;
export type ApiTokenRevoked = Message<
  'ApiTokenRevoked',
  { tokenId: string; userId: string; name: string }
>;
export type ApiTokenEvent = ApiTokenIssued | ApiTokenRevoked;
export type ApiTokenUsed = Message<'ApiTokenUsed', { tokenId: string; userId: string; at: string }>;

/** Every sign-in of the user that began before this one in the log has ended. */
export type SignedOutEverywhere = Message<'SignedOutEverywhere', { userId: string }>;

type OfFactor = { userId: string; factorId: string };
/** A user has a secret for codes, and has not shown yet that the codes come out right. */
export type SecondFactorBegun = Message<'SecondFactorBegun', OfFactor & { sealedSecret: string }>;
export type SecondFactorConfirmed = Message<
  'SecondFactorConfirmed',
  OfFactor & {
    /** The time step of the code that was shown (RFC 6238): it and those before it are used up. */
    step: number;
    /** SHA-256 of random codes: nothing to guess. */
    recoveryHashes: readonly string[];
  }
>;
export type SecondFactorUsed = Message<'SecondFactorUsed', OfFactor & { step: number }>;
export type RecoveryCodeUsed = Message<'RecoveryCodeUsed', OfFactor & { recoveryHash: string }>;
export type SecondFactorRemoved = Message<'SecondFactorRemoved', OfFactor>;
export type SecondFactorEvent =
  | SecondFactorBegun
  | SecondFactorConfirmed
  | SecondFactorUsed
  | RecoveryCodeUsed
  | SecondFactorRemoved;

/** Whoever a provider says this is, is this user. */
export type ExternalIdentityLinked = Message<
  'ExternalIdentityLinked',
  {
    linkId: string;
    userId: string;
    issuer: string;
    /** Who it is there: a personal text. */
    subject: string;
  }
>;

type OfDevice = { deviceId: string };
/** A program asks to act for whoever says so at the page; it knows a code, and shows another one to type there. */
export type DeviceSignInStarted = Message<
  'DeviceSignInStarted',
  OfDevice & {
    /** Keyed: there is little in a code that people can type. */
    userCodeHash: string;
    sealedName: string;
    scopes: readonly Scope[];
    days: number;
    startedAt: string;
    expiresAt: string;
    /** Of others, which had expired by then. */
    droppedDeviceIds: readonly string[];
  }
>;
export type DeviceSignInApproved = Message<'DeviceSignInApproved', OfDevice & { userId: string }>;
export type DeviceSignInDenied = Message<'DeviceSignInDenied', OfDevice & { userId: string }>;
/** The program came for its token. */
export type DeviceSignInCollected = Message<'DeviceSignInCollected', OfDevice & { userId: string }>;
export type DeviceSignInEvent =
  DeviceSignInStarted | DeviceSignInApproved | DeviceSignInDenied | DeviceSignInCollected;

/** What happens to the ways in, beside passwords and the sign-ins that they begin. */
export type WaysInEvent =
  | ApiTokenEvent
  | ApiTokenUsed
  | SignedOutEverywhere
  | SecondFactorEvent
  | ExternalIdentityLinked
  | DeviceSignInEvent;

/** Their types, for what must know at run time which ones there are. */
export const WAYS_IN_EVENTS: Readonly<Record<WaysInEvent['type'], true>> = {
  ApiTokenIssued: true,
  ApiTokenRevoked: true,
  ApiTokenUsed: true,
  SignedOutEverywhere: true,
  SecondFactorBegun: true,
  SecondFactorConfirmed: true,
  SecondFactorUsed: true,
  RecoveryCodeUsed: true,
  SecondFactorRemoved: true,
  ExternalIdentityLinked: true,
  DeviceSignInStarted: true,
  DeviceSignInApproved: true,
  DeviceSignInDenied: true,
  DeviceSignInCollected: true,
};

const userId = eventId;
const tokenId = z.string();
const tokenName = z.string().describe('What its owner calls it');

export const apiTokenData: EventShapes<ApiTokenEvent> = {
  ApiTokenIssued: z
    .strictObject({
      ...{ tokenId, userId, name: tokenName },
      scopes: z.array(z.enum(SCOPES)),
      role: z.enum(PEOPLE).describe('The token ends when its user gets another role'),
      tokenHash: z.string().describe('SHA-256 of 32 random bytes: nothing to guess'),
      ...{ issuedAt: eventTime, expiresAt: eventTime },
      droppedTokenIds: z.array(tokenId).describe('Of the same user, which had expired by then'),
    })
    .describe('A program can act for a user, as far as the scopes go.'),
  ApiTokenRevoked: z
    .strictObject({ tokenId, userId, name: tokenName })
    .describe('A token was ended, by its owner or an administrator.'),
};

export const apiTokenUseData: EventShapes<ApiTokenUsed> = {
  ApiTokenUsed: z
    .strictObject({ tokenId, userId, at: eventTime })
    .describe('A token was used. At most once a minute for each.'),
};

export const signOutsData: EventShapes<SignedOutEverywhere> = {
  SignedOutEverywhere: z
    .strictObject({ userId })
    .describe('Every sign-in of the user that stands before this in the log has ended.'),
};

const ofFactor = { userId, factorId: z.string() };
const step = z.number().int().describe('Time step of the code (RFC 6238), used up with all before');

export const secondFactorData: EventShapes<SecondFactorEvent> = {
  SecondFactorBegun: z
    .strictObject({
      ...ofFactor,
      sealedSecret: z.string().describe('Sealed under a key that is not in the log'),
    })
    .describe('A user has a secret for codes, and has not shown yet that they come out right.'),
  SecondFactorConfirmed: z
    .strictObject({
      ...{ ...ofFactor, step },
      recoveryHashes: z.array(z.string()).describe('SHA-256 of random codes: nothing to guess'),
    })
    .describe('From now on the password alone does not let this user in.'),
  SecondFactorUsed: z.strictObject({ ...ofFactor, step }).describe('A code was right.'),
  RecoveryCodeUsed: z
    .strictObject({ ...ofFactor, recoveryHash: z.string() })
    .describe('A recovery code was used; it does not work again.'),
  SecondFactorRemoved: z
    .strictObject(ofFactor)
    .describe('The password alone lets this user in again.'),
};

export const externalIdentityData: EventShapes<ExternalIdentityLinked> = {
  ExternalIdentityLinked: z
    .strictObject({
      ...{ linkId: z.string(), userId, issuer: z.string() },
      subject: z.string().describe('Who it is at the provider, sealed under the user’s own key'),
    })
    .describe('Whoever a sign-in provider says this is, is this user.'),
};

const ofDevice = { deviceId: z.string() };

export const deviceSignInData: EventShapes<DeviceSignInEvent> = {
  DeviceSignInStarted: z
    .strictObject({
      ...ofDevice,
      userCodeHash: z.string().describe('Keyed: there is little in a code that people can type'),
      sealedName: z.string().describe('What it calls itself, sealed'),
      ...{ scopes: z.array(z.enum(SCOPES)), days: z.number().int() },
      ...{ startedAt: eventTime, expiresAt: eventTime },
      droppedDeviceIds: z.array(z.string()).describe('Of others, which had expired by then'),
    })
    .describe('A program asks to act for whoever says so at the page.'),
  DeviceSignInApproved: z
    .strictObject({ ...ofDevice, userId })
    .describe('A person said so; the program has no token yet.'),
  DeviceSignInDenied: z.strictObject({ ...ofDevice, userId }).describe('A person said no.'),
  DeviceSignInCollected: z
    .strictObject({ ...ofDevice, userId })
    .describe('The program came for its token, which it gets once.'),
};
