// Goal: a person sees where they are signed in and ends any of it, and nobody else's. Method: the real service on SQLite
// files and the SQLite log, asked over the in-process bus, at a time the test sets.
import 'reflect-metadata';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CheckSignIn, RotateSignIn } from '#shared/contracts/identity.js';
import {
  EndSignIn,
  ListSignIns,
  SignOutEverywhere,
  SignOutUser,
} from '#shared/contracts/ways-in.js';
import type { RequestContext } from '#shared/es/operation.js';
import { ROTATE_AFTER_MS, SIGN_IN_LIFETIME_MS } from '#services/identity/domain/sign-in.js';
import { asked } from '#test/support/catalog-host.js';
import {
  answerOf,
  type IdentityHost,
  openIdentityHost,
  PASSWORD,
  resultOf,
} from '#test/support/identity-host.js';

let host: IdentityHost;
beforeEach(async () => {
  host = await openIdentityHost();
  for (const name of ['ada', 'otto']) await host.register(name);
});
afterEach(() => host.close());

const at = (ms: number): string => new Date(ms).toISOString();
const begin = async (name: string, userAgent = 'Firefox', ip = '10.0.0.1') =>
  resultOf(await host.signIn(name, PASSWORD, { userAgent, ip })).token;
const again = ({ actor, signInId }: RequestContext): RequestContext =>
  asked(actor.role, { actor, ...(signInId && { signInId }) });
const listed = async (context: RequestContext) =>
  resultOf(await host.ask(ListSignIns, {}, again(context))).sign_ins;
const lives = async (token: string) => answerOf(await host.authenticate(token)) === 'done';

describe('the sign-ins of a person', () => {
  it('tell where and when each began, when it was seen last, and which one asks', async () => {
    const began = host.clock.ms;
    const laptop = await host.as(await begin('ada', 'Firefox', '10.0.0.1'));
    host.clock.ms += 1_000;
    const token = await begin('ada', 'Safari', '10.0.0.2');
    const phone = await host.as(token);
    await begin('otto');
    const [first, second, ...more] = await listed(laptop);
    expect(more).toEqual([]);
    expect(first).toMatchObject({ id: phone.signInId, user_agent: 'Safari', current: false });
    expect(second).toEqual({
      ...{ id: laptop.signInId, ip: '10.0.0.1', user_agent: 'Firefox', current: true },
      ...{ created_at: at(began), last_seen_at: at(began) },
      expires_at: at(began + SIGN_IN_LIFETIME_MS),
    });
    host.clock.ms += ROTATE_AFTER_MS;
    await host.ask(RotateSignIn, { token }, again(phone));
    expect((await listed(laptop))[0]).toMatchObject({ last_seen_at: at(host.clock.ms) });
  });

  it('are ended one by one, by their own person', async () => {
    const token = await begin('ada');
    const ada = await host.as(token);
    const other = await begin('ada');
    const { signInId: sign_in_id = '' } = await host.as(other);
    const otto = await host.as(await begin('otto'));
    const end = (context: RequestContext) => host.ask(EndSignIn, { sign_in_id }, again(context));
    expect(answerOf(await end(otto))).toBe('SignInUnknown');
    expect(await lives(other)).toBe(true);
    expect(answerOf(await end(ada))).toBe('done');
    expect([await lives(token), await lives(other)]).toEqual([true, false]);
    expect(answerOf(await end(ada))).toBe('SignInUnknown');
    expect(await listed(ada)).toHaveLength(1);
  });

  it('end all at once, and a new one begins as before', async () => {
    const tokens = [await begin('ada'), await begin('ada')];
    const ottos = await begin('otto');
    const ada = await host.as(tokens[0] ?? '');
    expect(answerOf(await host.ask(SignOutEverywhere, {}, again(ada)))).toBe('done');
    expect(await Promise.all([...tokens, ottos].map(lives))).toEqual([false, false, true]);
    const check = { sign_in_id: ada.signInId ?? '' };
    expect(answerOf(await host.ask(CheckSignIn, check, asked('system')))).toBe('SignInRequired');
    expect(await lives(await begin('ada'))).toBe(true);
  });

  it('that ended stay ended, whatever is done with an old token', async () => {
    const token = await begin('ada');
    const ada = await host.as(token);
    host.clock.ms += ROTATE_AFTER_MS;
    await host.ask(SignOutEverywhere, {}, again(ada));
    expect(answerOf(await host.ask(RotateSignIn, { token }, again(ada)))).toBe('SignInRequired');
    await host.restart();
    expect(await lives(token)).toBe(false);
  });

  it('are ended by an administrator, and by nobody else', async () => {
    const token = await begin('ada');
    const { actor } = await host.as(token);
    const otto = await host.as(await begin('otto'));
    const data = { user_id: actor.id };
    expect(answerOf(await host.ask(SignOutUser, data, again(otto)))).toBe('Forbidden');
    expect(await lives(token)).toBe(true);
    expect(answerOf(await host.ask(SignOutUser, data, asked('admin')))).toBe('done');
    expect(await lives(token)).toBe(false);
    expect(answerOf(await host.ask(SignOutUser, { user_id: 'x' }, asked('admin')))).toBe(
      'UserUnknown',
    );
  });
});
