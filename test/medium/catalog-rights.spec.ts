// Goal: who may see an app that is `approved` follows its list, the groups on it and who is in them, at once; and nobody
// keeps what was taken from them.
// Method: the real identity and catalogue services on one log, asked over the in-process bus.
import 'reflect-metadata';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  CheckApproval,
  FindApp,
  GrantGroupAccess,
  LaunchApp,
  ListApprovals,
  ListApps,
  RetireApp,
  WithdrawGroupAccess,
} from '#shared/contracts/catalog.js';
import { AddGroupMember, DeleteGroup, RemoveGroupMember } from '#shared/contracts/groups.js';
import { DisableUser } from '#shared/contracts/identity.js';
import type { RequestContext } from '#shared/es/operation.js';
import { asked } from '#test/support/catalog-host.js';
import { answerOf, resultOf } from '#test/support/identity-host.js';
import { again, openRightsHost, type RightsHost } from '#test/support/rights-host.js';

let host: RightsHost;
let una: RequestContext;
let ben: RequestContext;
let staff: string;

beforeEach(async () => {
  host = await openRightsHost();
  una = await host.person('una');
  ben = await host.person('ben');
  staff = await host.group('Staff', una);
  await host.app('plans');
  resultOf(await host.ask(GrantGroupAccess, { app_id: 'plans', group_id: staff }));
});
afterEach(() => host.close());

/** Who of both sees the app, by every way in. */
async function seers(appId = 'plans'): Promise<string[]> {
  const seen: string[] = [];
  for (const [name, person] of [
    ['una', una],
    ['ben', ben],
  ] as const) {
    const found = answerOf(await host.ask(FindApp, { app_id: appId }, again(person)));
    const { apps } = resultOf(await host.ask(ListApps, { limit: 10 }, again(person)));
    const launched = answerOf(await host.ask(LaunchApp, { app_id: appId }, again(person)));
    const approved = await approval(person, { app_id: appId });
    const isIn = found === 'done';
    expect([name, apps.some(({ id }) => id === appId), launched === 'done', approved]).toEqual([
      name,
      isIn,
      isIn,
      isIn,
    ]);
    if (isIn) seen.push(name);
  }
  return seen;
}

async function approval(
  { actor }: RequestContext,
  over: { app_id: string; group_ids?: string[]; categories?: string[] },
): Promise<boolean> {
  const data = { user_id: actor.id, through: await host.log.head() };
  const asking = { group_ids: [], categories: [], ...data, ...over };
  return resultOf(await host.ask(CheckApproval, asking, asked('system'))).approved;
}

describe('a group on the list of an app', () => {
  it('lets its members in, and nobody else', async () => {
    expect(await seers()).toEqual(['una']);
    const list = resultOf(await host.ask(ListApprovals, { app_id: 'plans' }));
    expect(list).toEqual({ user_ids: [], group_ids: [staff] });
  });

  it('lets in who comes into it, and not who leaves it', async () => {
    await host.ask(AddGroupMember, { group_id: staff, user_id: ben.actor.id });
    expect(await seers()).toEqual(['una', 'ben']);
    await host.ask(RemoveGroupMember, { group_id: staff, user_id: una.actor.id });
    expect(await seers()).toEqual(['ben']);
  });

  it('lets nobody in once it is deleted, and is on no list', async () => {
    await host.ask(DeleteGroup, { group_id: staff });
    expect(await seers()).toEqual([]);
    const list = resultOf(await host.ask(ListApprovals, { app_id: 'plans' }));
    expect(list.group_ids).toEqual([]);
  });

  it('lets nobody in once it is taken off the list, but who is in another one', async () => {
    const crew = await host.group('Crew', una, ben);
    await host.ask(GrantGroupAccess, { app_id: 'plans', group_id: crew });
    await host.ask(WithdrawGroupAccess, { app_id: 'plans', group_id: staff });
    expect(await seers()).toEqual(['una', 'ben']);
    await host.ask(WithdrawGroupAccess, { app_id: 'plans', group_id: crew });
    expect(await seers()).toEqual([]);
  });

  it('does not let in a member who was disabled, on any list', async () => {
    await host.ask(DisableUser, { user_id: una.actor.id });
    expect(await seers()).toEqual([]);
  });

  it('says nothing about an app that is for administrators', async () => {
    await host.app('secret', { visibility: 'admin_only' });
    await host.ask(GrantGroupAccess, { app_id: 'secret', group_id: staff });
    expect(answerOf(await host.ask(FindApp, { app_id: 'secret' }, again(una)))).toBe('AppUnknown');
  });

  it('does not come back with an app of the same id', async () => {
    await host.ask(RetireApp, { app_id: 'plans' });
    await host.app('plans');
    expect(await seers()).toEqual([]);
  });

  it('has to be there when it is put on it', async () => {
    const access = { app_id: 'plans', group_id: 'nothing' };
    expect(answerOf(await host.ask(GrantGroupAccess, access))).toBe('GroupUnknown');
  });
});

describe('an approval that is asked about', () => {
  it('counts the groups and categories that are told', async () => {
    const gone = { app_id: 'gone' };
    expect(await approval(una, gone)).toBe(false);
    expect(await approval(una, { ...gone, group_ids: ['x', staff] })).toBe(true);
    expect(await approval(ben, { ...gone, group_ids: ['x', staff] })).toBe(false);
    await host.ask(DisableUser, { user_id: una.actor.id });
    expect(await approval(una, { ...gone, group_ids: [staff] })).toBe(false);
  });

  it('is told of nobody while the catalogue does not know the log so far', async () => {
    const asking = {
      ...{ app_id: 'plans', user_id: una.actor.id, group_ids: [], categories: [] },
      through: (await host.log.head()) + 1,
    };
    const reply = await host.ask(CheckApproval, asking, asked('system'));
    expect(answerOf(reply)).toBe('Unavailable');
  });
});

describe('what the catalogue knows of groups', () => {
  it('is the same once it is made from the log anew', async () => {
    await host.ask(AddGroupMember, { group_id: staff, user_id: ben.actor.id });
    await host.ask(RemoveGroupMember, { group_id: staff, user_id: una.actor.id });
    const gone = await host.group('Gone', una);
    await host.ask(DeleteGroup, { group_id: gone });
    for (const table of ['known_groups', 'group_members', 'disabled_users', 'app_revisions']) {
      const report = await host.catalog.projector.rebuild(`catalog.${table}`);
      expect([table, report?.hashAfter]).toEqual([table, report?.hashBefore]);
    }
    expect(await seers()).toEqual(['ben']);
  });
});
