// Goal: with a second factor the password alone lets nobody in, no code works twice, and guessing is hopeless.
// Method: the real service on SQLite files and the SQLite log, asked over the in-process bus, at a time the test sets; the
// codes come from the library, as an app would make them.
import 'reflect-metadata';
import { Secret, TOTP } from 'otpauth';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SignIn } from '#shared/contracts/identity.js';
import {
  BeginSecondFactor,
  ConfirmSecondFactor,
  RemoveSecondFactor,
  RemoveUserSecondFactor,
  ShowSecondFactor,
} from '#shared/contracts/ways-in.js';
import type { RequestContext } from '#shared/es/operation.js';
import { FAILURES_MAX, FIRST_LOCK_MS } from '#services/identity/domain/attempts.js';
import { asked } from '#test/support/catalog-host.js';
import {
  answerOf,
  type IdentityHost,
  openIdentityHost,
  PASSWORD,
  resultOf,
} from '#test/support/identity-host.js';

const STEP_MS = 30_000;

let host: IdentityHost;
let ada: RequestContext;
beforeEach(async () => {
  host = await openIdentityHost();
  await host.register('ada');
  ada = await host.as(await host.tokenOf('ada'));
});
afterEach(() => host.close());

const again = (): RequestContext =>
  asked('user', { actor: ada.actor, signInId: ada.signInId ?? '' });
const codeOf = (secret: string, offMs = 0): string =>
  new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: host.clock.ms + offMs });
/** A code that is none of those around now. */
const wrongCode = (secret: string): string => {
  const near = [-STEP_MS, 0, STEP_MS].map((off) => codeOf(secret, off));
  return ['000000', '111111', '222222', '333333'].find((code) => !near.includes(code)) ?? '';
};
const begin = async () => resultOf(await host.ask(BeginSecondFactor, {}, again())).secret;
const confirm = (code: string, context = again()) =>
  host.ask(ConfirmSecondFactor, { code }, context);
const signIn = (code?: string, over: { password?: string; ip?: string } = {}) => {
  const { password = PASSWORD, ip = '10.0.0.1' } = over;
  const data = { name: 'ada', password, ...(code !== undefined && { code }) };
  return host.ask(SignIn, data, asked('anonymous', { ip }));
};
const show = async () => resultOf(await host.ask(ShowSecondFactor, {}, again()));
/** Puts a second factor in force and returns its secret and recovery codes, a step later. */
async function inForce() {
  const secret = await begin();
  const { recovery_codes } = resultOf(await confirm(codeOf(secret)));
  host.clock.ms += STEP_MS;
  return { secret, recoveryCodes: recovery_codes ?? [] };
}

describe('a second factor', () => {
  it('is asked for once it is confirmed, and not before', async () => {
    const secret = await begin();
    expect((await show()).status).toBe('begun');
    expect(answerOf(await signIn())).toBe('done');
    expect(answerOf(await confirm(wrongCode(secret)))).toBe('SecondFactorCodeWrong');
    expect(answerOf(await signIn())).toBe('done');
    expect(answerOf(await confirm(codeOf(secret)))).toBe('done');
    expect(await show()).toMatchObject({ status: 'confirmed', recovery_codes_left: 10 });
    expect(answerOf(await signIn())).toBe('SecondFactorRequired');
    host.clock.ms += STEP_MS;
    expect(answerOf(await signIn(codeOf(secret)))).toBe('done');
  });

  it('tells nobody without the password that it is there, or that the name is', async () => {
    const { secret } = await inForce();
    const wrong = { password: 'not the password' };
    const replies = [
      await signIn(undefined, wrong),
      await signIn(codeOf(secret), wrong),
      await host.ask(
        SignIn,
        { name: 'nobody', password: PASSWORD, code: '123456' },
        asked('anonymous', { ip: '10.0.0.1' }),
      ),
    ];
    expect(new Set(replies.map((reply) => JSON.stringify(reply))).size).toBe(1);
    expect(replies.map(answerOf)).toEqual(['SignInFailed', 'SignInFailed', 'SignInFailed']);
    // Whoever did not know the password has used nothing up.
    expect(answerOf(await signIn(codeOf(secret)))).toBe('done');
  });

  it('takes a code once, also of two at the same time, and none from before', async () => {
    const { secret } = await inForce();
    const code = codeOf(secret);
    const replies = await Promise.all([signIn(code), signIn(code)]);
    expect(replies.map(answerOf).toSorted()).toEqual(['SecondFactorWrong', 'done']);
    expect(answerOf(await signIn(code))).toBe('SecondFactorWrong');
    expect(answerOf(await signIn(codeOf(secret, -STEP_MS)))).toBe('SecondFactorWrong');
    expect(answerOf(await signIn(codeOf(secret, STEP_MS)))).toBe('done');
  });

  it('does not take the code that confirmed it', async () => {
    const secret = await begin();
    const code = codeOf(secret);
    await confirm(code);
    expect(answerOf(await signIn(code))).toBe('SecondFactorWrong');
  });

  it('is locked after five wrong codes, wherever they came from, a right one included', async () => {
    const { secret } = await inForce();
    for (let n = 0; n < FAILURES_MAX; n += 1) {
      const reply = await signIn(wrongCode(secret), { ip: `10.0.1.${n}` });
      expect(answerOf(reply)).toBe('SecondFactorWrong');
    }
    expect(answerOf(await signIn(codeOf(secret), { ip: '10.0.2.1' }))).toBe('SignInLocked');
    host.clock.ms += FIRST_LOCK_MS;
    expect(answerOf(await signIn(codeOf(secret)))).toBe('done');
  });

  it('guessed at the same time gets no more tries than one after the other', async () => {
    const { secret } = await inForce();
    const wrong = wrongCode(secret);
    const replies = await Promise.all(Array.from({ length: 20 }, () => signIn(wrong)));
    const tried = replies.filter((reply) => answerOf(reply) === 'SecondFactorWrong');
    expect(tried.length).toBeLessThanOrEqual(FAILURES_MAX);
  });

  it('is replaced by a recovery code, each of them once, however it is typed', async () => {
    const { recoveryCodes } = await inForce();
    expect(new Set(recoveryCodes).size).toBe(10);
    const [one = '', other = ''] = recoveryCodes;
    expect(answerOf(await signIn(one))).toBe('done');
    expect(answerOf(await signIn(one))).toBe('SecondFactorWrong');
    expect(answerOf(await signIn(` ${other.toUpperCase().replaceAll('-', ' ')} `))).toBe('done');
    expect((await show()).recovery_codes_left).toBe(8);
  });

  it('shows its recovery codes once, and is nowhere in the files', async () => {
    const secret = await begin();
    const context = again();
    const code = codeOf(secret);
    const { recovery_codes: codes } = resultOf(await confirm(code, context));
    expect(resultOf(await confirm(code, context))).toEqual({ recovery_codes: null });
    const bytes = await host.bytes();
    for (const kept of [secret, ...(codes ?? [])]) expect(bytes.includes(kept)).toBe(false);
  });

  it('can not be begun over one that is in force', async () => {
    const { secret } = await inForce();
    expect(answerOf(await host.ask(BeginSecondFactor, {}, again()))).toBe('SecondFactorExists');
    expect(answerOf(await signIn(codeOf(secret)))).toBe('done');
  });

  it('is removed with the password, guesses at which are counted', async () => {
    await inForce();
    const remove = (password: string) => host.ask(RemoveSecondFactor, { password }, again());
    expect(answerOf(await remove('not the password'))).toBe('PasswordWrong');
    expect(answerOf(await signIn())).toBe('SecondFactorRequired');
    expect(answerOf(await remove(PASSWORD))).toBe('done');
    expect(answerOf(await signIn())).toBe('done');
    for (let n = 0; n < FAILURES_MAX; n += 1) await remove('not the password');
    expect(answerOf(await remove(PASSWORD))).toBe('SignInLocked');
  });

  it('is removed by an administrator for who lost it, and by nobody else', async () => {
    await inForce();
    const data = { user_id: ada.actor.id };
    expect(answerOf(await host.ask(RemoveUserSecondFactor, data, again()))).toBe('Forbidden');
    expect(answerOf(await host.ask(RemoveUserSecondFactor, data, asked('admin')))).toBe('done');
    expect(answerOf(await signIn())).toBe('done');
    const nobody = { user_id: 'nobody' };
    expect(answerOf(await host.ask(RemoveUserSecondFactor, nobody, asked('admin')))).toBe(
      'UserUnknown',
    );
  });

  it('works again after a start', async () => {
    const { secret } = await inForce();
    await host.restart();
    expect(answerOf(await signIn())).toBe('SecondFactorRequired');
    expect(answerOf(await signIn(codeOf(secret)))).toBe('done');
  });
});
