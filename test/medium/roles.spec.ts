// Goal: a role can be changed, one administrator always remains, and what the old role let somebody do is over at once.
// Method: the real identity service on one log, asked over the in-process bus; the race is run many times.
import 'reflect-metadata';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  ChangeRole,
  CheckSignIn,
  DisableUser,
  FindUser,
  ListUsers,
  ResetUserPassword,
  type UserRole,
} from '#shared/contracts/identity.js';
import type { RequestContext } from '#shared/es/operation.js';
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

const change = (user_id: string, role: UserRole, context: RequestContext = asked('console')) =>
  host.ask(ChangeRole, { user_id, role }, context);
const by = (id: string, over: object = {}) =>
  asked('admin', { actor: { id, role: 'admin' }, ...over });
const disable = (user_id: string, context = asked('console')) =>
  host.ask(DisableUser, { user_id }, context);
async function administrators(): Promise<string[]> {
  const { users } = resultOf(
    await host.ask(ListUsers, { limit: 100, role: 'admin' }, asked('admin')),
  );
  return users.filter(({ status }) => status === 'active').map(({ name }) => name);
}

describe('changing a role', () => {
  it('shows in the user, in a new sign-in and in the one that is there', async () => {
    await host.register('ada', 'admin');
    const una = await host.register('una');
    const token = await host.tokenOf('una');
    expect(resultOf(await change(una, 'auditor'))).toMatchObject({
      id: una,
      name: 'una',
      role: 'auditor',
    });
    expect(resultOf(await host.authenticate(token)).user.role).toBe('auditor');
    const { sign_in_id } = resultOf(await host.authenticate(token));
    const checked = await host.ask(CheckSignIn, { sign_in_id }, asked('system'));
    expect(resultOf(checked).role).toBe('auditor');
    expect(answerOf(await change(una, 'auditor'))).toBe('done');
    expect(answerOf(await change('nobody', 'auditor'))).toBe('UserUnknown');
  });

  it('is refused of a version that is gone, and takes nobody out of the administrators', async () => {
    const ada = await host.register('ada', 'admin');
    const bob = await host.register('bob', 'admin');
    const found = await host.ask(FindUser, { user_id: bob }, asked('admin'));
    const version = found.kind === 'done' ? (found.version ?? 0) : 0;
    const stale = by(ada, { expectedVersion: version - 1 });
    expect(answerOf(await change(bob, 'user', stale))).toBe('VersionStale');
    expect(answerOf(await disable(ada))).toBe('done');
    expect(answerOf(await change(bob, 'user'))).toBe('LastAdministrator');
  });

  it('gives a repeated request its first answer', async () => {
    await host.register('ada', 'admin');
    const bob = await host.register('bob', 'admin');
    const context = asked('console');
    const first = await change(bob, 'user', context);
    expect(await change(bob, 'user', context)).toEqual(first);
    expect(await administrators()).toEqual(['ada']);
  });

  it('is refused for a disabled user', async () => {
    const una = await host.register('una');
    await disable(una);
    expect(answerOf(await change(una, 'admin'))).toBe('UserUnknown');
  });
});

describe('the last administrator', () => {
  it('is neither demoted nor disabled, until there is another one', async () => {
    const ada = await host.register('ada', 'admin');
    const una = await host.register('una');
    for (const role of ['user', 'auditor', 'operator'] as const) {
      expect(answerOf(await change(ada, role))).toBe('LastAdministrator');
    }
    expect(answerOf(await disable(ada))).toBe('LastAdministrator');
    await change(una, 'admin');
    expect(answerOf(await change(ada, 'user'))).toBe('done');
    expect(answerOf(await disable(una))).toBe('LastAdministrator');
    expect(await administrators()).toEqual(['una']);
  });

  it('counts again when promoted again, and after a start', async () => {
    const ada = await host.register('ada', 'admin');
    const bob = await host.register('bob', 'admin');
    await change(bob, 'user');
    await change(bob, 'admin');
    await host.restart();
    expect(answerOf(await disable(ada))).toBe('done');
    await host.restart();
    expect(answerOf(await change(bob, 'user'))).toBe('LastAdministrator');
  });

  it('remains when two demote each other at the same moment, whoever is faster', async () => {
    const ids = [await host.register('ada', 'admin'), await host.register('bob', 'admin')] as const;
    for (let round = 0; round < 10; round += 1) {
      const [ada, bob] = ids;
      const replies = await Promise.all([
        change(bob, 'user', by(ada)),
        change(ada, 'user', by(bob)),
      ]);
      expect(replies.map(answerOf).toSorted()).toEqual(['LastAdministrator', 'done']);
      expect(await administrators()).toHaveLength(1);
      for (const id of ids) await change(id, 'admin');
    }
  });

  it('remains whatever three of them do to each other at once', async () => {
    const ids = [
      await host.register('ada', 'admin'),
      await host.register('bob', 'admin'),
      await host.register('cy', 'admin'),
    ];
    for (let round = 0; round < 10; round += 1) {
      const asking = ids.flatMap((one, n) => [
        change(one, 'user', by(ids[(n + 1) % 3] ?? '')),
        change(one, n === round % 3 ? 'admin' : 'auditor', by(ids[(n + 2) % 3] ?? '')),
      ]);
      await Promise.all(asking);
      expect((await administrators()).length).toBeGreaterThan(0);
      for (const id of ids) await change(id, 'admin');
      expect(await administrators()).toHaveLength(3);
    }
  });
});

describe('an administrator', () => {
  it('gives a user a new password, shown once, and ends the user’s sign-ins', async () => {
    const ada = await host.register('ada', 'admin');
    const una = await host.register('una');
    const token = await host.tokenOf('una');
    const context = by(ada);
    const reset = (asking: RequestContext) => host.ask(ResetUserPassword, { user_id: una }, asking);
    const first = resultOf(await reset(context));
    expect(first).toMatchObject({ name: 'una' });
    expect(resultOf(await reset(context))).toEqual({ name: 'una', password: null });
    expect(answerOf(await host.authenticate(token))).toBe('SignInRequired');
    const { user } = resultOf(await host.signIn('una', first.password ?? ''));
    expect(user.must_change_password).toBe(true);
    const nobody = await host.ask(ResetUserPassword, { user_id: 'nobody' }, by(ada));
    expect(answerOf(nobody)).toBe('UserUnknown');
  });

  it('finds users by a part of the name, in any case, and by role', async () => {
    await host.register('Ada', 'admin');
    await host.register('amanda', 'auditor');
    await host.register('bob');
    const found = async (over: object) =>
      resultOf(await host.ask(ListUsers, { limit: 100, ...over }, asked('admin'))).users.map(
        ({ name }) => name,
      );
    expect(await found({ query: 'DA' })).toEqual(['Ada', 'amanda']);
    expect(await found({ query: 'DA', role: 'auditor' })).toEqual(['amanda']);
    expect(await found({ role: 'user' })).toEqual(['bob']);
    expect(await found({ query: '%' })).toEqual([]);
    expect(await found({ query: '' })).toEqual(['Ada', 'amanda', 'bob']);
  });
});
