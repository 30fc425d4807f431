import { v5 as uuidV5 } from 'uuid';
import type { z } from 'zod';
import {
  type ApproveDeviceSignIn,
  type CollectDeviceToken,
  DEVICE_POLL_SECONDS,
  type ShowDeviceSignIn,
  type StartDeviceSignIn,
} from '#shared/contracts/ways-in.js';
import { ended, rejected, resultOf } from '#shared/boot/reply.js';
import { reject, type Rejected } from '#shared/es/decider.js';
import { type Reply, type RequestContext, type Scope, SCOPES } from '#shared/es/operation.js';
import { newToken, newUserCode, tokenHashOf, userCodeAsTyped } from '../adapters/random-secrets.js';
import {
  DEVICE_SIGN_IN_MS,
  deviceCodeUnknown,
  deviceSignIn,
  type DeviceSignIn,
  type DeviceSignInCommand,
} from '../domain/device-sign-in.js';
import {
  countWaitingDevices,
  findWaitingDevice,
  listExpiredDevices,
} from '../read/device-sign-ins.query.js';
import type { DeviceSignInRow } from '../read/device-sign-ins.js';
import { streamOf } from '#shared/es/commit.js';
import type { Identity } from '../tokens.js';
import { guess } from './guess.js';
import { issueApiToken } from './issue-api-token.js';
import { findById } from './names.js';
import { stepOf } from './step.js';

/** Programs that may wait at a time: anybody can have one wait. */
const WAITING_MAX = 1_000;
const TOKEN_NAMESPACE = '3f1a2c58-8f5c-5a0b-bb2b-1d7e3c2f9a64';

const at = ({ now }: Identity): string => now().toISOString();
const hashOf = ({ hashName }: Identity, userCode: string): string =>
  hashName(`device code|${userCodeAsTyped(userCode)}`);

const handle = (
  { commands }: Identity,
  { deviceId, command }: { deviceId: string; command: DeviceSignInCommand },
  context: RequestContext,
) => commands.handle(deviceSignIn, { aggregate: 'device', id: deviceId, command, context });

/** Has a program wait for somebody to say yes: it gets a code of its own, and one to show. */
export async function startDeviceSignIn(
  identity: Identity,
  { name, scopes, expires_in_days: days }: z.infer<typeof StartDeviceSignIn.data>,
  context: RequestContext,
): Promise<Reply<z.infer<typeof StartDeviceSignIn.result>>> {
  const { reader } = identity;
  const startedAt = at(identity);
  if ((await countWaitingDevices(reader, startedAt)) >= WAITING_MAX) return tooManyWait();
  const deviceCode = newToken();
  const deviceId = tokenHashOf(deviceCode);
  const userCode = newUserCode();
  const userCodeHash = hashOf(identity, userCode);
  const droppedDeviceIds = await listExpiredDevices(reader, startedAt);
  const sealedName = identity.states.seal(name);
  const wish = { deviceId, userCodeHash, sealedName, scopes, days, startedAt, droppedDeviceIds };
  const command = { type: 'StartDeviceSignIn', data: wish } as const;
  const outcome = await handle(identity, { deviceId, command }, context);
  return resultOf(outcome, () => ({
    ...{ device_code: deviceCode, user_code: userCode },
    ...{ expires_in: DEVICE_SIGN_IN_MS / 1_000, interval: DEVICE_POLL_SECONDS },
  }));
}

/** What waits with a code, for the person who is to answer. */
export async function showDeviceSignIn(
  identity: Identity,
  { user_code }: z.infer<typeof ShowDeviceSignIn.data>,
  context: RequestContext,
): Promise<Reply<z.infer<typeof ShowDeviceSignIn.result>>> {
  const found = await waitingWith(identity, user_code, context);
  if ('kind' in found) return found;
  const { ip, user_agent } = await identity.personal.opened(found);
  return {
    kind: 'done',
    result: {
      name: identity.states.open(found.sealed_name) ?? '',
      scopes: scopesOf(found),
      expires_in_days: found.days,
      started_at: found.started_at,
      ...{ ip, user_agent },
    },
  };
}

/** Puts on record what the person says to what waits with a code. */
export async function answerDeviceSignIn(
  identity: Identity,
  { user_code, approve }: z.infer<typeof ApproveDeviceSignIn.data>,
  context: RequestContext,
): Promise<Reply<null>> {
  const found = await waitingWith(identity, user_code, context);
  if ('kind' in found) return found;
  const deviceId = found.id;
  const data = { deviceId, userId: context.actor.id, approve, at: at(identity) };
  const command = { type: 'AnswerDeviceSignIn', data } as const;
  return ended(await handle(identity, { deviceId, command }, context));
}

/** Gives a program that somebody said yes to its token, once. */
export async function collectDeviceToken(
  identity: Identity,
  { device_code }: z.infer<typeof CollectDeviceToken.data>,
  context: RequestContext,
): Promise<Reply<z.infer<typeof CollectDeviceToken.result>>> {
  const deviceId = tokenHashOf(device_code);
  const earlyMs = identity.polls.tooSoonBy(deviceId, identity.now());
  if (earlyMs > 0) return slowDown(earlyMs);
  const command = { type: 'CollectToken', data: { deviceId, at: at(identity) } } as const;
  const collected = await handle(identity, { deviceId, command }, context);
  if (collected.kind === 'rejected') return collected;
  const wish = await collectedWish(identity, deviceId);
  const known = wish && (await findById(identity, wish.userId));
  if (!wish || !known?.isActive) return rejected('DeviceRefused', 'Who said yes may not any more.');
  const { id, role } = known.account;
  const commandId = uuidV5(deviceId, TOKEN_NAMESPACE);
  const reply = await issueApiToken(identity, wish, { ...context, actor: { id, role }, commandId });
  if (reply.kind === 'rejected') return reply;
  const { token, api_token } = reply.result;
  if (token === null) throw new Error(`The token of ${deviceId} was handed out before`);
  return { ...reply, result: { token, api_token } };
}

/** What was asked for and who said yes. */
async function collectedWish(identity: Identity, deviceId: string) {
  const found = await identity.decisions.findAggregate(streamOf('identity', 'device', deviceId));
  const state = found?.state as DeviceSignIn | undefined;
  if (state?.status !== 'collected') return undefined;
  const { userId, sealedName, scopes, days } = state;
  const name = identity.states.open(sealedName) ?? '';
  return { userId, name, scopes: [...scopes], expires_in_days: days };
}

/** What waits with a code, within the limits on guessing: the codes are short, and others' programs wait, too. */
async function waitingWith(
  identity: Identity,
  typed: string,
  context: RequestContext,
): Promise<DeviceSignInRow | Rejected> {
  const { id: userId } = context.actor;
  const found = await findWaitingDevice(identity.reader, hashOf(identity, typed), at(identity));
  const counted = {
    countedBy: await identity.hashFor(userId, `device code|${userId}`),
    nameHash: await identity.hashFor(userId, 'device code'),
    userId,
    purpose: 'device_code',
  } as const;
  const isThere = async (): Promise<boolean> => found !== undefined;
  const verdict = await guess(identity, counted, isThere, stepOf(context, 'guess'));
  if (typeof verdict !== 'boolean') return verdict;
  return found ?? deviceCodeUnknown();
}

const scopesOf = ({ scopes }: Pick<DeviceSignInRow, 'scopes'>): Scope[] => {
  const named = scopes.split(' ');
  return SCOPES.filter((scope) => named.includes(scope));
};

const slowDown = (earlyMs: number): Rejected & { retryAfterSeconds: number } => ({
  ...reject('SlowDown', `Ask every ${DEVICE_POLL_SECONDS} seconds, and no more often.`),
  retryAfterSeconds: Math.ceil(earlyMs / 1_000),
});
const tooManyWait = (): Rejected & { retryAfterSeconds: number } => ({
  ...reject('TooManyRequests', 'Too many programs wait for somebody to say yes; try again later.'),
  retryAfterSeconds: 60,
});
