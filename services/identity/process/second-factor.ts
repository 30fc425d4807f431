import { v7 as uuidV7 } from 'uuid';
import type { z } from 'zod';
import type { BeginSecondFactor, ConfirmSecondFactor } from '#shared/contracts/ways-in.js';
import { ended, rejected, resultOf } from '#shared/boot/reply.js';
import { reject } from '#shared/es/decider.js';
import type { Reply, RequestContext } from '#shared/es/operation.js';
import { newRecoveryCode, recoveryHashOf } from '../adapters/random-secrets.js';
import { notBegun, secondFactor, type SecondFactorCommand } from '../domain/second-factor.js';
import { signInRequired } from '../domain/sign-in.js';
import { nameKeyOf } from '../read/users.query.js';
import { findSecondFactor } from '../read/second-factors.query.js';
import type { Identity } from '../tokens.js';
import { checkPassword } from './check-password.js';
import { guess } from './guess.js';
import { findById } from './names.js';
import { refusedField } from './password-refusals.js';
import { stepOf } from './step.js';

const RECOVERY_CODES = 10;

/** Carries out a command on the second factor of a user. */
const handle = (
  { commands }: Identity,
  userId: string,
  command: SecondFactorCommand,
  context: RequestContext,
) => commands.handle(secondFactor, { aggregate: 'secondfactor', id: userId, command, context });

/** Makes a secret for codes. It changes nothing until a code has shown that it works. */
export async function beginSecondFactor(
  identity: Identity,
  context: RequestContext,
): Promise<Reply<z.infer<typeof BeginSecondFactor.result>>> {
  const { id: userId } = context.actor;
  const known = await findById(identity, userId);
  if (!known?.isActive) return signInRequired();
  if (!known.password) {
    const detail = 'You have no password here: whoever signs you in asks for a second factor.';
    return rejected('SecondFactorMissing', detail);
  }
  const data = { userId, factorId: uuidV7(), sealedSecret: identity.codes.make(userId) };
  const outcome = await handle(identity, userId, { type: 'BeginSecondFactor', data }, context);
  return resultOf(outcome, ([event]) => {
    if (event.type !== 'SecondFactorBegun') throw new Error(`Begun with ${event.type}`);
    return identity.codes.show(event.data, known.account.name);
  });
}

/** Puts the second factor in force, once a code shows that the secret arrived. The recovery codes are shown this once. */
export async function confirmSecondFactor(
  identity: Identity,
  code: string,
  context: RequestContext,
): Promise<Reply<z.infer<typeof ConfirmSecondFactor.result>>> {
  const { id: userId } = context.actor;
  const kept = await findSecondFactor(identity.reader, userId);
  const recoveryCodes = Array.from({ length: RECOVERY_CODES }, newRecoveryCode);
  const recoveryHashes = recoveryCodes.map(recoveryHashOf);
  if (!kept) return notBegun();
  const step = identity.codes.stepOf(sealedOf(kept), code.trim(), identity.now());
  if (step === undefined) return refusedField(CODE_WRONG, 'code');
  const data = { userId, factorId: kept.factor_id, step, recoveryHashes };
  const outcome = await handle(identity, userId, { type: 'ConfirmSecondFactor', data }, context);
  return resultOf(outcome, ([event]) => {
    const isOurs =
      event.type === 'SecondFactorConfirmed' && event.data.recoveryHashes[0] === recoveryHashes[0];
    return { recovery_codes: isOurs ? recoveryCodes : null };
  });
}

/** Takes the second factor away from the user who asks and knows the password. Errors: HashQueueFullError. */
export async function removeSecondFactor(
  identity: Identity,
  password: string,
  context: RequestContext,
): Promise<Reply<null>> {
  const { id: userId } = context.actor;
  const known = await findById(identity, userId);
  if (!known?.isActive || !known.password) return signInRequired();
  const attempt = {
    password,
    kept: known.password,
    countedBy: await identity.hashFor(userId, `change password|${userId}`),
    nameHash: await identity.hashFor(userId, nameKeyOf(known.account.name)),
    userId,
    purpose: 'remove_second_factor',
  } as const;
  const verdict = await checkPassword(identity, attempt, context);
  if (typeof verdict !== 'boolean') return verdict;
  if (!verdict) return refusedField(PASSWORD_WRONG, 'password');
  return dropSecondFactor(identity, userId, context);
}

/** Takes the second factor away from a user who has lost it. */
export async function dropSecondFactor(
  identity: Identity,
  userId: string,
  context: RequestContext,
): Promise<Reply<null>> {
  const command = { type: 'RemoveSecondFactor', data: { userId } } as const;
  return ended(await handle(identity, userId, command, context));
}

/**
 * Why the second factor of somebody whose password was right does not let them in; undefined when it does, or there is
 * none. Guesses are counted by the person, wherever they come from: whoever guesses here knows the password.
 */
export async function secondFactorRefusal(
  identity: Identity,
  {
    userId,
    nameHash,
    code,
  }: Readonly<{ userId: string; nameHash: string; code?: string | undefined }>,
  context: RequestContext,
): Promise<Reply<never> | undefined> {
  const kept = await findSecondFactor(identity.reader, userId);
  if (!kept || kept.confirmed_at === null) return undefined;
  if (code === undefined || code.trim() === '') {
    return rejected('SecondFactorRequired', 'Send the code of your second factor, too.');
  }
  const countedBy = await identity.hashFor(userId, `second factor|${userId}`);
  const counted = { countedBy, nameHash, userId, purpose: 'second_factor' } as const;
  const compare = async (): Promise<boolean> => {
    const command = commandOf(
      identity,
      { ...sealedOf(kept), factorId: kept.factor_id },
      code.trim(),
    );
    const used = await handle(identity, userId, command, stepOf(context, 'use code'));
    return used.kind === 'committed';
  };
  const verdict = await guess(identity, counted, compare, context);
  if (typeof verdict !== 'boolean') return verdict;
  return verdict
    ? undefined
    : rejected(
        'SecondFactorWrong',
        'The code is wrong, or was used before; wait for the next one.',
      );
}

/** What is asked of the second factor with a code: six digits are the app's, anything else is a recovery code. */
function commandOf(
  { codes, now }: Identity,
  { userId, sealedSecret, factorId }: { userId: string; sealedSecret: string; factorId: string },
  code: string,
): SecondFactorCommand {
  const step = codes.stepOf({ userId, sealedSecret }, code, now());
  return step === undefined
    ? { type: 'UseRecoveryCode', data: { userId, factorId, recoveryHash: recoveryHashOf(code) } }
    : { type: 'UseCode', data: { userId, factorId, step } };
}

const sealedOf = ({ user_id, sealed_secret }: { user_id: string; sealed_secret: string }) => ({
  userId: user_id,
  sealedSecret: sealed_secret,
});

const CODE_WRONG = reject(
  'SecondFactorCodeWrong',
  'The code is not the one that this secret gives now; check the clock of the device.',
);
const PASSWORD_WRONG = reject('PasswordWrong', 'The password is wrong.');
