// Goal: a new password ends the sign-ins made with the old one, and what is kept of either gives neither away.
// Method: the real service on SQLite files and the SQLite log, asked over the in-process bus; the files' bytes are searched.
import 'reflect-metadata';
import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  ChangePassword,
  DisableUser,
  RegisterUser,
  ResetPassword,
  RotateSignIn,
  SignOut,
} from '#shared/contracts/identity.js';
import type { RequestContext } from '#shared/es/operation.js';
import { FIRST_LOCK_MS } from '#services/identity/domain/attempts.js';
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
});
afterEach(() => host.close());

const WRONG = 'not the password';
const times = <T>(count: number, make: (n: number) => T): T[] =>
  Array.from({ length: count }, (_, n) => make(n));
const events = async () => (await host.log.read({ after: 0 })).commits.flatMap((c) => c.events);
const change = (current_password: string, new_password: string, context: RequestContext) =>
  host.ask(ChangePassword, { current_password, new_password }, context);
const disable = (user_id: string, context = asked('console')) =>
  host.ask(DisableUser, { user_id }, context);
const register = (name: string, context = asked('admin')) =>
  host.ask(RegisterUser, { name, role: 'user' }, context);

const hashOf = (subject: string, data: object): string =>
  createHash('sha256')
    .update(JSON.stringify([subject, data, null]))
    .digest('base64url');

describe('changing the password', () => {
  beforeEach(() => host.register('ada'));
  const NEW = 'ochre trombone 7';

  it('ends every other sign-in, and nobody has to be asked again', async () => {
    const [mine, other] = [await host.tokenOf('ada'), await host.tokenOf('ada')];
    expect(answerOf(await change(PASSWORD, NEW, await host.as(mine)))).toBe('done');
    expect(answerOf(await host.authenticate(other))).toBe('SignInRequired');
    expect(resultOf(await host.authenticate(mine)).user.must_change_password).toBe(false);
    expect(answerOf(await host.signIn('ada', PASSWORD))).toBe('SignInFailed');
    expect(answerOf(await host.signIn('ada', NEW))).toBe('done');
  });

  it('ends the sign-ins that were under way with the old one', async () => {
    const context = await host.as(await host.tokenOf('ada'));
    const [changed, ...signIns] = await Promise.all([
      change(PASSWORD, NEW, context),
      ...times(8, (n) => host.signIn('ada', PASSWORD, { ip: `10.2.0.${n}` })),
    ]);
    expect(answerOf(changed)).toBe('done');
    const got = signIns.filter((r) => r.kind === 'done').map((r) => resultOf(r).token);
    const alive = await Promise.all(got.map((token) => host.authenticate(token)));
    expect(alive.map(answerOf)).toEqual(got.map(() => 'SignInRequired'));
  });

  it('is done once of two at once', async () => {
    const token = await host.tokenOf('ada');
    const replies = await Promise.all([
      change(PASSWORD, NEW, await host.as(token)),
      change(PASSWORD, `${NEW} too`, await host.as(token)),
    ]);
    expect(replies.map(answerOf).toSorted()).toEqual(['PasswordWrong', 'done']);
  });

  it('names the field that is wrong', async () => {
    const context = await host.as(await host.tokenOf('ada'));
    const refused = async (current: string, next: string) => {
      const again = { ...asked('user', { actor: context.actor }) };
      return change(current, next, again);
    };
    expect(await refused(WRONG, NEW)).toMatchObject({
      code: 'PasswordWrong',
      errors: [{ field: 'current_password' }],
    });
    for (const weak of ['short', 'Iloveyou', PASSWORD]) {
      expect(await refused(PASSWORD, weak)).toMatchObject({
        code: 'PasswordTooWeak',
        errors: [{ field: 'new_password' }],
      });
    }
  });

  it('is locked after five wrong ones, which locks nobody out of signing in', async () => {
    const { actor } = await host.as(await host.tokenOf('ada'));
    for (let n = 0; n < 5; n += 1) await change(WRONG, NEW, asked('user', { actor }));
    const context = asked('user', { actor });
    const locked = await change(PASSWORD, NEW, context);
    expect(locked).toMatchObject({ code: 'SignInLocked', retryAfterSeconds: 60 });
    expect(answerOf(await host.signIn('ada', PASSWORD))).toBe('done');
    // The lock passes, so the same key may be tried again.
    host.clock.ms += FIRST_LOCK_MS;
    expect(answerOf(await change(PASSWORD, NEW, context))).toBe('done');
  });

  it('answers a repeat as it did the first time', async () => {
    const context = await host.as(await host.tokenOf('ada'));
    const first = await change(PASSWORD, NEW, context);
    expect(await change(PASSWORD, NEW, context)).toEqual(first);
  });
});

describe('resetting a password', () => {
  const reset = (name: string, context = asked('console')) =>
    host.ask(ResetPassword, { name }, context);

  it('shows the new one once and ends all sign-ins', async () => {
    await host.register('ada');
    const token = await host.tokenOf('ada');
    const context = asked('console');
    const { password } = resultOf(await reset('Ada', context));
    expect(resultOf(await reset('Ada', context))).toEqual({ name: 'ada', password: null });
    expect(answerOf(await host.authenticate(token))).toBe('SignInRequired');
    const { user } = resultOf(await host.signIn('ada', password ?? ''));
    expect(user.must_change_password).toBe(true);
  });

  it('is for the operator, and for users that there are', async () => {
    await host.register('ada');
    expect(answerOf(await reset('ada', asked('admin')))).toBe('Forbidden');
    expect(answerOf(await reset('bob'))).toBe('UserUnknown');
  });
});

/** Uses every operation that touches a secret; returns the secrets. */
async function exercise(): Promise<string[]> {
  const first = await host.ensureFirst();
  await host.register('ada');
  const made = resultOf(await register('bob'));
  const token = await host.tokenOf('ada');
  await host.tokenOf('ada');
  await host.signIn('ada', WRONG);
  await host.signIn(PASSWORD, WRONG);
  host.clock.ms += ROTATE_AFTER_MS;
  const { actor, signInId } = await host.as(token);
  const mine = () => asked('user', { actor, signInId: signInId ?? '' });
  const rotated = resultOf(await host.ask(RotateSignIn, { token }, mine()));
  await change(WRONG, 'ochre trombone 7', mine());
  await change(PASSWORD, 'ochre trombone 7', mine());
  await host.ask(SignOut, {}, mine());
  const reset = resultOf(await host.ask(ResetPassword, { name: 'bob' }, asked('console')));
  await disable(actor.id);
  await register('nope', asked('user'));
  host.clock.ms += SIGN_IN_LIFETIME_MS;
  await host.signIn('bob', reset.password ?? '');
  const told = [first?.password, made.password, token, rotated.token, reset.password];
  return [PASSWORD, WRONG, 'ochre trombone 7', ...told.map((secret) => secret ?? 'missing')];
}

describe('what is kept', () => {
  it('holds no password, no token and no hash to guess against', async () => {
    const secrets = await exercise();
    const bytes = await host.bytes();
    // The canary has to be able to sing.
    expect(bytes.includes('SignInRotated')).toBe(true);
    expect(bytes.length).toBeGreaterThan(50_000);
    expect(secrets.filter((secret) => bytes.includes(secret))).toEqual([]);
    for (const secret of secrets) {
      const hash = createHash('sha256').update(secret).digest('hex');
      expect(bytes.includes(hash)).toBe(false);
    }
    expect(bytes.includes('$argon2')).toBe(false);
    expect(bytes.includes('missing')).toBe(false);
  });

  it('tells a repeated request from another one without its secrets', async () => {
    const context = asked('admin');
    const ask = (password: string, name = 'ada') =>
      host.ask(RegisterUser, { name, role: 'user', password }, context);
    const first = resultOf(await ask(PASSWORD));
    expect(resultOf(await ask('ochre trombone 7'))).toEqual(first);
    expect(answerOf(await ask(PASSWORD, 'bob'))).toBe('IdempotencyKeyReused');
    const hashes = (await events()).map((e) => e.commandhash);
    expect(new Set(hashes)).toEqual(new Set([hashOf(RegisterUser.subject, { role: 'user' })]));
  });

  it('is not opened with another sealing key', async () => {
    await host.register('ada');
    const path = join(host.folder, 'sealing.key');
    const other = await openIdentityHost();
    await other.close();
    await expect(host.restart(() => rm(path))).rejects.toThrow(
      /password_hash was sealed with the key [0-9a-f]{16}, and the sealing key here is [0-9a-f]{16}: put the key back/,
    );
    host = await openIdentityHost();
  });
});

const TABLES = ['users', 'usernames', 'passwords', 'sign_ins'] as const;

const hashes = async () =>
  Promise.all(TABLES.map((table) => host.service.projector.stateHash(`identity.${table}`)));

describe('the read models', () => {
  it('come out the same when they are rebuilt', async () => {
    await exercise();
    for (const table of [...TABLES, 'aggregates', 'commands']) {
      const report = await host.service.projector.rebuild(`identity.${table}`);
      expect(report?.events).toBeGreaterThan(15);
      expect(report?.hashAfter).toBe(report?.hashBefore);
    }
  });

  it.each(TABLES)('keep %s as it is when every event comes again', async (table) => {
    await exercise();
    const before = await hashes();
    await host.restart(async () => {
      await host.place.sql(
        'identity',
        `UPDATE projections SET sequence = 0 WHERE table_name = '${table}'`,
      );
    });
    expect(await hashes()).toEqual(before);
  });

  it('are filled again from nothing', async () => {
    const secrets = await exercise();
    const before = await hashes();
    await host.restart(() => host.place.forget('identity'));
    expect(await hashes()).toEqual(before);
    expect(answerOf(await host.signIn('bob', secrets.at(-1) ?? ''))).toBe('done');
  });
});
