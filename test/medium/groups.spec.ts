// Goal: groups have a name each, whatever happens in between; roles change without the last administrator getting lost; a
// person's preferences are the person's.
// Method: the real identity service on one log, asked over the in-process bus, at a time the test sets.
import 'reflect-metadata';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  AddGroupMember,
  CreateGroup,
  DeleteGroup,
  FindGroup,
  ListGroups,
  RemoveGroupMember,
  RenameGroup,
} from '#shared/contracts/groups.js';
import { DisableUser } from '#shared/contracts/identity.js';
import { KeepPreferences, ShowPreferences } from '#shared/contracts/preferences.js';
import {
  GROUP_NAMES_ID,
  groupNames,
  NAME_ABANDONED_AFTER_MS,
} from '#services/identity/domain/group-names.js';
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

const create = (name: string, context = asked('admin')) => host.ask(CreateGroup, { name }, context);
const made = async (name: string): Promise<string> => resultOf(await create(name)).id;
const rename = (group_id: string, name: string, context = asked('admin')) =>
  host.ask(RenameGroup, { group_id, name }, context);
const remove = (group_id: string, context = asked('admin')) =>
  host.ask(DeleteGroup, { group_id }, context);
const add = (group_id: string, user_id: string) =>
  host.ask(AddGroupMember, { group_id, user_id }, asked('admin'));
const find = (group_id: string) => host.ask(FindGroup, { group_id }, asked('auditor'));
const names = async () =>
  resultOf(await host.ask(ListGroups, { limit: 100 }, asked('admin'))).groups.map((g) => g.name);

describe('the name of a group', () => {
  it('is given to one of ten requests at once, whatever the case', async () => {
    const replies = await Promise.all(
      Array.from({ length: 10 }, (_, n) => create(n % 2 ? 'Staff' : 'STAFF')),
    );
    expect(replies.map(answerOf).filter((a) => a === 'done')).toHaveLength(1);
    expect(replies.map(answerOf).filter((a) => a === 'GroupNameTaken')).toHaveLength(9);
    expect(await names()).toHaveLength(1);
  });

  it('is free again once the group is renamed or deleted, and not before', async () => {
    const staff = await made('Staff');
    expect(resultOf(await rename(staff, 'Crew'))).toMatchObject({ id: staff, name: 'Crew' });
    expect(answerOf(await create('crew'))).toBe('GroupNameTaken');
    const other = await made('Staff');
    expect(answerOf(await rename(other, 'CREW'))).toBe('GroupNameTaken');
    await remove(staff);
    expect(answerOf(await rename(other, 'CREW'))).toBe('done');
    expect(await names()).toEqual(['CREW']);
  });

  it('may change in its case alone', async () => {
    const staff = await made('Staff');
    expect(answerOf(await rename(staff, 'STAFF'))).toBe('done');
    expect(answerOf(await create('staff'))).toBe('GroupNameTaken');
  });

  it('that a crash left without its group is kept for a while, and then taken over by one', async () => {
    await host.service.commands.handle(groupNames, {
      ...{ aggregate: 'groupnames', id: GROUP_NAMES_ID, context: asked('admin') },
      command: {
        type: 'ClaimGroupName',
        data: { name: 'Staff', groupId: 'never', at: new Date(host.clock.ms).toISOString() },
      },
    });
    expect(answerOf(await create('Staff'))).toBe('GroupNameTaken');
    host.clock.ms += NAME_ABANDONED_AFTER_MS;
    const replies = await Promise.all(Array.from({ length: 4 }, () => create('Staff')));
    expect(replies.map(answerOf).filter((a) => a === 'done')).toHaveLength(1);
  });

  it('of a group that bears it is nobody else’s, however long ago', async () => {
    await made('Staff');
    host.clock.ms += 10 * NAME_ABANDONED_AFTER_MS;
    expect(answerOf(await create('Staff'))).toBe('GroupNameTaken');
  });
});

describe('a group', () => {
  it('gives a repeated request its first answer', async () => {
    const context = asked('admin');
    const first = await create('Staff', context);
    expect(await create('Staff', context)).toEqual(first);
    const id = resultOf(first).id;
    const renaming = asked('admin', {
      expectedVersion: first.kind === 'done' ? (first.version ?? 0) : 0,
    });
    const renamed = await rename(id, 'Crew', renaming);
    expect(await rename(id, 'Crew', renaming)).toEqual(renamed);
    const deleting = asked('admin');
    expect(await remove(id, deleting)).toEqual(await remove(id, deleting));
  });

  it('is not changed by who saw another version of it', async () => {
    const staff = await made('Staff');
    const stale = () => asked('admin', { expectedVersion: 1 });
    expect(answerOf(await rename(staff, 'Crew', stale()))).toBe('VersionStale');
    expect(answerOf(await remove(staff, stale()))).toBe('VersionStale');
    expect(await names()).toEqual(['Staff']);
    // The name that was asked for in vain is the group's for a while, and then anybody's.
    host.clock.ms += NAME_ABANDONED_AFTER_MS;
    expect(answerOf(await create('Crew'))).toBe('done');
  });

  it('has the members that were put into it, who have to be there', async () => {
    const [ada, bob] = [await host.register('ada'), await host.register('bob')];
    const staff = await made('Staff');
    expect(answerOf(await add(staff, 'nobody'))).toBe('UserUnknown');
    await add(staff, ada);
    await add(staff, ada);
    await add(staff, bob);
    expect(resultOf(await find(staff)).member_ids).toEqual([ada, bob].toSorted());
    await host.ask(RemoveGroupMember, { group_id: staff, user_id: ada }, asked('admin'));
    expect(resultOf(await find(staff)).member_ids).toEqual([bob]);
    await host.ask(DisableUser, { user_id: ada }, asked('admin'));
    expect(answerOf(await add(staff, ada))).toBe('UserUnknown');
    const { groups } = resultOf(await host.ask(ListGroups, { limit: 5 }, asked('admin')));
    expect(groups).toEqual([{ id: staff, name: 'Staff', members: 1 }]);
  });

  it('is none once it is deleted', async () => {
    const staff = await made('Staff');
    await add(staff, await host.register('ada'));
    await remove(staff);
    for (const reply of [await find(staff), await rename(staff, 'X'), await remove(staff)]) {
      expect(answerOf(reply)).toBe('GroupUnknown');
    }
    const left = await host.service.reader.selectFrom('group_members').selectAll().execute();
    expect(left).toEqual([]);
  });

  it('is listed by name, in pages', async () => {
    for (const name of ['b', 'C', 'a']) await create(name);
    const first = resultOf(await host.ask(ListGroups, { limit: 2 }, asked('admin')));
    expect(first.groups.map((g) => g.name)).toEqual(['a', 'b']);
    const { next_cursor: cursor } = first;
    const rest = resultOf(await host.ask(ListGroups, { limit: 2, cursor }, asked('admin')));
    expect(rest.groups.map((g) => g.name)).toEqual(['C']);
  });

  it.each(['user', 'operator', 'auditor'] as const)('is not changed by role %s', async (role) => {
    const staff = await made('Staff');
    expect(answerOf(await create('Mine', asked(role)))).toBe('Forbidden');
    expect(answerOf(await rename(staff, 'Mine', asked(role)))).toBe('Forbidden');
    expect(answerOf(await remove(staff, asked(role)))).toBe('Forbidden');
  });
});

describe('preferences', () => {
  const choice = {
    theme: 'dark',
    collapsed_categories: ['Games', 'Äpfel'],
    favorites: ['gimp'],
  } as const;
  const of = (id: string) => asked('user', { actor: { id, role: 'user' } });
  const show = async (id: string) => resultOf(await host.ask(ShowPreferences, {}, of(id)));
  const keep = (id: string, over: object = {}, context = of(id)) =>
    host.ask(KeepPreferences, KeepPreferences.data.parse({ ...choice, ...over }), context);

  it('are the defaults until somebody chooses, and then each person’s own', async () => {
    const none = { theme: 'system', collapsed_categories: [], favorites: [], updated_at: null };
    expect(await show('una')).toEqual(none);
    const at = new Date(host.clock.ms).toISOString();
    expect(resultOf(await keep('una'))).toEqual({ ...choice, updated_at: at });
    expect(await show('una')).toEqual({ ...choice, updated_at: at });
    expect(await show('ben')).toEqual(none);
  });

  it('are kept as they are when the same comes again, and not for who saw another version', async () => {
    const first = await keep('una');
    const version = first.kind === 'done' ? (first.version ?? 0) : 0;
    host.clock.ms += 1_000;
    expect(await keep('una')).toMatchObject({ version, result: resultOf(first) });
    const seen = (expectedVersion: number) => ({ ...of('una'), expectedVersion });
    expect(answerOf(await keep('una', { theme: 'light' }, seen(version)))).toBe('done');
    expect(answerOf(await keep('una', { theme: 'dark' }, seen(version)))).toBe('VersionStale');
  });

  it.each([
    { theme: 'pink' },
    { favorites: Array.from({ length: 501 }, (_, n) => `app-${n}`) },
    { favorites: ['no id'] },
    { collapsed_categories: ['x'.repeat(61)] },
    { collapsed_categories: Array.from({ length: 201 }, (_, n) => `${n}`) },
    { user_id: 'ben' },
  ])('are refused past their limits: %#', async (over) => {
    const reply = await host.ask(KeepPreferences, { ...choice, ...over } as never, of('una'));
    expect(answerOf(reply)).toBe('InvalidRequest');
  });
});
