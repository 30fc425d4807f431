// Goal: users get a name each, administrators never run out, and a crash or a race in between changes neither.
// Method: the real service on SQLite files and the SQLite log, asked over the in-process bus, at a time the test sets.
import 'reflect-metadata';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { v5 as uuidV5 } from 'uuid';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSealingKey } from '#shared/adapters/sealing-key.js';
import {
  DisableUser,
  FindUser,
  ListUserNames,
  ListUsers,
  RegisterUser,
} from '#shared/contracts/identity.js';
import type { Addressed } from '#shared/es/command-handler.js';
import type { RequestContext } from '#shared/es/operation.js';
import { Passwords } from '#services/identity/adapters/passwords.js';
import { CLAIM_ABANDONED_AFTER_MS, username } from '#services/identity/domain/username.js';
import { findByName } from '#services/identity/process/names.js';
import { registerUser } from '#services/identity/process/register-user.js';
import type { Identity } from '#services/identity/tokens.js';
import { asked } from '#test/support/catalog-host.js';
import {
  answerOf,
  type IdentityHost,
  openIdentityHost,
  resultOf,
} from '#test/support/identity-host.js';

let host: IdentityHost;
beforeEach(async () => {
  host = await openIdentityHost();
});
afterEach(() => host.close());

const times = <T>(count: number, make: (n: number) => T): T[] =>
  Array.from({ length: count }, (_, n) => make(n));
const events = async () => (await host.log.read({ after: 0 })).commits.flatMap((c) => c.events);
const typesOf = async () => (await events()).map((e) => e.type.split('.')[2]);
const disable = (user_id: string, context = asked('console')) =>
  host.ask(DisableUser, { user_id }, context);
const register = (name: string, context = asked('admin')) =>
  host.ask(RegisterUser, { name, role: 'user' }, context);

describe('the first administrator', () => {
  it('is registered once, and its password works', async () => {
    const first = await host.ensureFirst();
    expect(first).toMatchObject({ name: 'admin' });
    expect(await host.ensureFirst()).toBeUndefined();
    const { user } = resultOf(await host.signIn('admin', first?.password ?? ''));
    expect(user).toMatchObject({ role: 'admin', must_change_password: true });
  });

  it('is told to one of two starts at once', async () => {
    const told = await Promise.all([host.ensureFirst(), host.ensureFirst()]);
    expect(told.filter((t) => t !== undefined)).toHaveLength(1);
    expect((await typesOf()).filter((t) => t === 'UserRegistered')).toHaveLength(1);
  });

  it('is not registered beside users who are there already', async () => {
    await host.register('ada');
    expect(await host.ensureFirst()).toBeUndefined();
  });
});

describe('registering a user', () => {
  it('shows a generated password once', async () => {
    const context = asked('admin');
    const first = resultOf(await register('ada', context));
    expect(first.password).toMatch(/^.{20,}$/);
    const again = resultOf(await register('ada', context));
    expect(again).toEqual({ user: first.user, password: null });
    const { user } = resultOf(await host.signIn('ada', first.password ?? ''));
    expect(user).toMatchObject({ must_change_password: true });
  });

  it('gives one name to one of ten requests at once', async () => {
    const names = times(10, (n) => (n % 2 ? 'Ada' : 'aDA'));
    const replies = await Promise.all(names.map((name) => register(name)));
    const answers = replies.map(answerOf);
    expect(answers.filter((a) => a === 'done')).toHaveLength(1);
    expect(answers.filter((a) => a === 'UserNameTaken')).toHaveLength(9);
    expect(resultOf(await host.ask(ListUsers, { limit: 100 }, asked('admin'))).users).toHaveLength(
      1,
    );
  });

  it('refuses the name of a user, disabled ones included, however long ago', async () => {
    await host.register('ada');
    await disable(await host.register('bob'));
    host.clock.ms += 10 * CLAIM_ABANDONED_AFTER_MS;
    expect(answerOf(await register('ADA'))).toBe('UserNameTaken');
    expect(answerOf(await register('bob'))).toBe('UserNameTaken');
  });

  it('names the field of a password that is too weak', async () => {
    const data = { name: 'ada', role: 'user', password: 'password1' } as const;
    expect(await host.ask(RegisterUser, data, asked('admin'))).toMatchObject({
      code: 'PasswordTooWeak',
      errors: [{ field: 'password' }],
    });
  });

  it('is refused to users, and the attempt is on record', async () => {
    expect(answerOf(await register('ada', asked('user')))).toBe('Forbidden');
    expect((await events())[0]).toMatchObject({
      type: 'sortie.identity.AttemptRefused.v1',
      data: { operation: 'RegisterUser', code: 'Forbidden' },
    });
  });

  it('goes on where a crash cut it short when it is asked again', async () => {
    const context = asked('admin');
    await claimOnly('ada', context);
    const { user } = resultOf(await register('ada', context));
    expect(user.name).toBe('ada');
  });
});

/** What a registration leaves behind when the process dies after its first commit. */
async function claimOnly(name: string, context: RequestContext): Promise<string> {
  const userId = uuidV5(context.commandId, '6c6e3f3e-35a5-5d0b-8a45-0c1a4b7e9d02');
  const requestHash = hashOf(RegisterUser.subject, { role: 'user' });
  await host.service.commands.handle(username, {
    aggregate: 'username',
    id: createHash('sha256').update(name).digest('hex').slice(0, 64),
    command: {
      type: 'ClaimUsername',
      data: { userId, at: new Date(host.clock.ms).toISOString() },
    },
    context: { ...context, requestHash },
  });
  return userId;
}

const hashOf = (subject: string, data: object): string =>
  createHash('sha256')
    .update(JSON.stringify([subject, data, null]))
    .digest('base64url');

describe('a claim that a crash left without its user', () => {
  it('keeps the name for a while, and is then taken over', async () => {
    const context = asked('admin');
    await claimOnly('ada', context);
    expect(answerOf(await register('ada'))).toBe('UserNameTaken');
    host.clock.ms += CLAIM_ABANDONED_AFTER_MS;
    const second = resultOf(await register('ada'));
    expect((await host.signIn('ada', second.password ?? '')).kind).toBe('done');
    expect(answerOf(await register('ada', context))).toBe('UserNameTaken');
  });

  it('is taken over by one of several', async () => {
    await claimOnly('ada', asked('admin'));
    host.clock.ms += CLAIM_ABANDONED_AFTER_MS;
    const replies = await Promise.all(times(5, () => register('ada')));
    expect(replies.map(answerOf).filter((a) => a === 'done')).toHaveLength(1);
    expect((await typesOf()).filter((t) => t === 'UserRegistered')).toHaveLength(1);
  });

  it('leaves one user with the name when the slow one wakes up in the middle', async () => {
    const context = asked('admin');
    await claimOnly('ada', context);
    host.clock.ms += CLAIM_ABANDONED_AFTER_MS;
    const replies = await Promise.all([register('ada', context), register('ada')]);
    expect(replies.map(answerOf).toSorted()).toEqual(['UserNameTaken', 'done']);
    expect((await typesOf()).filter((t) => t === 'UserRegistered')).toHaveLength(1);
  });
});

describe('disabling a user', () => {
  it('ends the sign-ins at once', async () => {
    const id = await host.register('ada');
    const token = await host.tokenOf('ada');
    expect(answerOf(await disable(id))).toBe('done');
    expect(answerOf(await host.authenticate(token))).toBe('SignInRequired');
    expect(answerOf(await disable(id))).toBe('done');
    expect(answerOf(await disable('nobody'))).toBe('UserUnknown');
  });

  it('leaves the last administrator', async () => {
    const id = await host.register('ada', 'admin');
    expect(answerOf(await disable(id))).toBe('LastAdministrator');
    await host.register('bob', 'admin');
    expect(answerOf(await disable(id))).toBe('done');
  });

  it('leaves one of two who disable each other at the same moment', async () => {
    const ada = await host.register('ada', 'admin');
    const bob = await host.register('bob', 'admin');
    const by = (id: string) => asked('admin', { actor: { id, role: 'admin' } });
    const replies = await Promise.all([disable(bob, by(ada)), disable(ada, by(bob))]);
    expect(replies.map(answerOf).toSorted()).toEqual(['LastAdministrator', 'done']);
    const { users } = resultOf(await host.ask(ListUsers, { limit: 10 }, asked('admin')));
    expect(users.filter((u) => u.status === 'active')).toHaveLength(1);
  });

  it('counts an administrator in whom a crash left out', async () => {
    const ada = await host.register('ada', 'admin');
    const path = join(host.folder, 'sealing.key');
    const bob = await cutShort(await Passwords.open(openSealingKey({ path })));
    expect(answerOf(await disable(ada))).toBe('LastAdministrator');
    await host.restart();
    expect(answerOf(await disable(ada))).toBe('done');
    expect(answerOf(await disable(bob))).toBe('LastAdministrator');
  });
});

/** Registers an administrator in a process that dies before the appointment. */
async function cutShort(passwords: Passwords): Promise<string> {
  const { service } = host;
  const dying = {
    handle: (decider: never, addressed: Addressed<never>) => {
      if (addressed.aggregate === 'administrators') throw new Error('killed');
      return service.commands.handle(decider, addressed);
    },
  };
  const identity = { ...service, passwords, commands: dying, now: () => new Date(host.clock.ms) };
  const bob = { name: 'bob', role: 'admin', mustChange: false } as const;
  const registering = registerUser(identity as unknown as Identity, bob, asked('admin'));
  await expect(registering).rejects.toThrow('killed');
  const found = await findByName(identity as unknown as Identity, 'bob');
  return found?.account.id ?? '';
}

describe('users', () => {
  it('are listed by name, in pages, and found by id', async () => {
    const ids = [await host.register('Bob'), await host.register('ada'), await host.register('cy')];
    const first = resultOf(await host.ask(ListUsers, { limit: 2 }, asked('admin')));
    expect(first.users.map((u) => u.name)).toEqual(['ada', 'Bob']);
    const cursor = first.next_cursor;
    const rest = resultOf(await host.ask(ListUsers, { limit: 2, cursor }, asked('admin')));
    expect(rest).toMatchObject({ users: [{ name: 'cy' }] });
    const found = await host.ask(FindUser, { user_id: ids[0] ?? '' }, asked('admin'));
    expect(found).toMatchObject({
      kind: 'done',
      result: { name: 'Bob', status: 'active', created_at: '2026-11-20T10:00:00.000Z' },
    });
    expect(answerOf(await host.ask(FindUser, { user_id: 'x' }, asked('admin')))).toBe(
      'UserUnknown',
    );
    const named = await host.ask(ListUserNames, { ids: [...ids, 'x'] }, asked('system'));
    expect(
      resultOf(named)
        .users.map((u) => u.name)
        .toSorted(),
    ).toEqual(['Bob', 'ada', 'cy']);
  });
});
