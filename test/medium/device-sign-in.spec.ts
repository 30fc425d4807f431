// Goal: a program without a browser gets a token that a person agreed to, once, and nobody gets one by guessing or by
// asking often. Method: the real service on SQLite files and the SQLite log, asked over the in-process bus, at a time the
// test sets.
import 'reflect-metadata';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DisableUser } from '#shared/contracts/identity.js';
import {
  ApproveDeviceSignIn,
  AuthenticateApiToken,
  CollectDeviceToken,
  DEVICE_POLL_SECONDS,
  ListApiTokens,
  ShowDeviceSignIn,
  StartDeviceSignIn,
} from '#shared/contracts/ways-in.js';
import type { RequestContext, Scope } from '#shared/es/operation.js';
import { FAILURES_MAX, FIRST_LOCK_MS } from '#services/identity/domain/attempts.js';
import { DEVICE_SIGN_IN_MS } from '#services/identity/domain/device-sign-in.js';
import { asked } from '#test/support/catalog-host.js';
import {
  answerOf,
  type IdentityHost,
  openIdentityHost,
  resultOf,
} from '#test/support/identity-host.js';

let host: IdentityHost;
let ada: RequestContext;
beforeEach(async () => {
  host = await openIdentityHost();
  for (const name of ['ada', 'otto']) await host.register(name);
  ada = await host.as(await host.tokenOf('ada'));
});
afterEach(() => host.close());

const again = ({ actor, signInId }: RequestContext = ada): RequestContext =>
  asked(actor.role, { actor, ...(signInId && { signInId }) });
const program = () => asked('anonymous', { ip: '10.9.0.1', userAgent: 'sortie/1' });
const wish = { name: 'sortie on laptop', scopes: ['apps:read'] as Scope[], expires_in_days: 7 };
const start = async () => resultOf(await host.ask(StartDeviceSignIn, wish, program()));
const show = (user_code: string, context = again()) =>
  host.ask(ShowDeviceSignIn, { user_code }, context);
const answer = (user_code: string, approve = true, context = again()) =>
  host.ask(ApproveDeviceSignIn, { user_code, approve }, context);
/** Asks for the token after the interval. */
const collect = (device_code: string) => {
  host.clock.ms += DEVICE_POLL_SECONDS * 1_000;
  return host.ask(CollectDeviceToken, { device_code }, program());
};

describe('a program without a browser', () => {
  it('gets a token of whoever says yes, with what it asked for and no more', async () => {
    const { device_code, user_code, expires_in, interval } = await start();
    expect(user_code).toMatch(/^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/);
    expect([expires_in, interval]).toEqual([600, 5]);
    expect(answerOf(await collect(device_code))).toBe('AuthorizationPending');
    expect(resultOf(await show(user_code))).toMatchObject({
      ...{ ...wish, ip: '10.9.0.1', user_agent: 'sortie/1' },
    });
    expect(answerOf(await answer(user_code))).toBe('done');
    const { token, api_token } = resultOf(await collect(device_code));
    const reply = await host.ask(AuthenticateApiToken, { token }, asked('anonymous'));
    expect(resultOf(reply)).toMatchObject({ user: { name: 'ada' }, scopes: ['apps:read'] });
    const { tokens } = resultOf(await host.ask(ListApiTokens, {}, again()));
    expect(tokens).toEqual([api_token]);
    expect(api_token).toMatchObject({ name: 'sortie on laptop' });
  });

  it('takes the code however it was typed', async () => {
    const { user_code } = await start();
    expect(answerOf(await show(` ${user_code.toLowerCase().replace('-', ' ')} `))).toBe('done');
  });

  it('gets its token once, also when it asks twice at the same time', async () => {
    const { device_code, user_code } = await start();
    await answer(user_code);
    expect(answerOf(await collect(device_code))).toBe('done');
    expect(answerOf(await collect(device_code))).toBe('DeviceCodeExpired');
    const other = await start();
    await answer(other.user_code);
    const data = { device_code: other.device_code };
    const replies = await Promise.all(
      [0, 1, 2].map(() => host.ask(CollectDeviceToken, data, program())),
    );
    expect(replies.map(answerOf).toSorted()).toEqual(['SlowDown', 'SlowDown', 'done']);
  });

  it('gets nothing after a no', async () => {
    const { device_code, user_code } = await start();
    expect(answerOf(await answer(user_code, false))).toBe('done');
    expect(answerOf(await collect(device_code))).toBe('DeviceRefused');
    expect(answerOf(await answer(user_code))).toBe('DeviceCodeUnknown');
  });

  it('gets nothing after ten minutes, answered or not', async () => {
    const [one, other] = [await start(), await start()];
    await answer(one.user_code);
    host.clock.ms += DEVICE_SIGN_IN_MS;
    expect(answerOf(await answer(other.user_code))).toBe('DeviceCodeUnknown');
    expect(answerOf(await collect(one.device_code))).toBe('DeviceCodeExpired');
    expect(answerOf(await collect(other.device_code))).toBe('DeviceCodeExpired');
  });

  it('gets nothing of somebody who was disabled meanwhile', async () => {
    const { device_code, user_code } = await start();
    await answer(user_code);
    await host.ask(DisableUser, { user_id: ada.actor.id }, asked('console'));
    expect(answerOf(await collect(device_code))).toBe('DeviceRefused');
  });

  it('that asks too often is told to slow down, and when to ask again', async () => {
    const { device_code } = await start();
    expect(answerOf(await collect(device_code))).toBe('AuthorizationPending');
    const reply = await host.ask(CollectDeviceToken, { device_code }, program());
    expect(reply).toMatchObject({ code: 'SlowDown', retryAfterSeconds: DEVICE_POLL_SECONDS });
    expect(answerOf(await collect(device_code))).toBe('AuthorizationPending');
  });

  it('that knows no code gets nothing, nor does one that knows the other code', async () => {
    const { user_code } = await start();
    await answer(user_code);
    for (const code of ['x', '', user_code]) {
      expect(answerOf(await collect(code))).toBe('DeviceCodeExpired');
    }
  });

  it('leaves neither of its codes nor its name in the files', async () => {
    const { device_code, user_code } = await start();
    await answer(user_code);
    const { token } = resultOf(await collect(device_code));
    const bytes = await host.bytes();
    for (const text of [device_code, user_code, user_code.replace('-', ''), token, wish.name]) {
      expect([text, bytes.includes(text)]).toEqual([text, false]);
    }
  });

  it('is forgotten when its time is over and another one begins', async () => {
    await start();
    host.clock.ms += DEVICE_SIGN_IN_MS;
    await start();
    const rows = await host.service.reader.selectFrom('device_sign_ins').select('id').execute();
    expect(rows).toHaveLength(1);
  });
});

describe('guessing at codes', () => {
  it('is locked after five wrong ones, for whoever guesses and nobody else', async () => {
    const { user_code } = await start();
    for (let n = 0; n < FAILURES_MAX; n += 1) {
      expect(answerOf(await show('BBBB-BBBB'))).toBe('DeviceCodeUnknown');
    }
    expect(answerOf(await show(user_code))).toBe('SignInLocked');
    expect(answerOf(await answer(user_code))).toBe('SignInLocked');
    const otto = await host.as(await host.tokenOf('otto'));
    expect(answerOf(await show(user_code, again(otto)))).toBe('done');
    host.clock.ms += FIRST_LOCK_MS;
    expect(answerOf(await answer(user_code))).toBe('done');
  });

  it('is for people: an API token approves no other', async () => {
    const { user_code } = await start();
    const token: RequestContext = { ...again(), tokenId: 't', scopes: ['users:write'] };
    expect(answerOf(await show(user_code, token))).toBe('PersonRequired');
    expect(answerOf(await answer(user_code, true, { ...token, commandId: 'x' }))).toBe(
      'PersonRequired',
    );
  });
});
