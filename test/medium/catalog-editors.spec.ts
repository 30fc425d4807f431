// Goal: whoever administers a category changes the apps of it, and of nothing else; every definition of an app is kept, and
// can be brought back.
// Method: the real identity and catalogue services on one log, asked over the in-process bus.
import 'reflect-metadata';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  AppointCategoryAdministrator,
  DismissCategoryAdministrator,
  ListCategories,
} from '#shared/contracts/categories.js';
import {
  type AppRevision,
  FindApp,
  GrantAppAccess,
  GrantGroupAccess,
  ListAppRevisions,
  ListApprovals,
  newApp,
  RetireApp,
  RevertApp,
  ReviseApp,
  WithdrawAppAccess,
  WithdrawGroupAccess,
} from '#shared/contracts/catalog.js';
import { DisableUser } from '#shared/contracts/identity.js';
import type { RequestContext } from '#shared/es/operation.js';
import { asked } from '#test/support/catalog-host.js';
import { answerOf, resultOf } from '#test/support/identity-host.js';
import { again, openRightsHost, type RightsHost } from '#test/support/rights-host.js';

let host: RightsHost;
let una: RequestContext;
beforeEach(async () => {
  host = await openRightsHost();
  una = await host.person('una');
  await host.ask(AppointCategoryAdministrator, { category: 'Office', user_id: una.actor.id });
  await host.app('letters', { category: 'Office' });
  await host.app('games', { category: 'Games', visibility: 'public' });
});
afterEach(() => host.close());

const specOf = (over: object) =>
  newApp.parse({ name: 'x', url: 'https://a.example', category: 'Office', ...over });
const revise = async (app_id: string, over: object, context = again(una)) =>
  answerOf(await host.ask(ReviseApp, { app_id, app: specOf(over) }, context));
const history = (app_id: string, context = asked('admin'), over: object = {}) =>
  host.ask(ListAppRevisions, { app_id, limit: 10, ...over }, context);
const told = ({ revisions }: { revisions: AppRevision[] }) =>
  revisions.map(({ action, app }) => [action, app?.name]);

/** What somebody is answered to everything that an editor of an app may do, each by itself. */
async function everything(app_id: string, context: RequestContext) {
  const access = { app_id, user_id: 'u1' };
  const groupAccess = { app_id, group_id: 'g1' };
  return {
    revise: await revise(app_id, { name: 'Better' }, again(context)),
    approvals: answerOf(await host.ask(ListApprovals, { app_id }, again(context))),
    history: answerOf(await history(app_id, again(context))),
    grant: answerOf(await host.ask(GrantAppAccess, access, again(context))),
    withdraw: answerOf(await host.ask(WithdrawAppAccess, access, again(context))),
    grantGroup: answerOf(await host.ask(GrantGroupAccess, groupAccess, again(context))),
    withdrawGroup: answerOf(await host.ask(WithdrawGroupAccess, groupAccess, again(context))),
    revert: answerOf(await host.ask(RevertApp, { app_id, to_version: 1 }, again(context))),
    retire: answerOf(await host.ask(RetireApp, { app_id }, again(context))),
  };
}
const all = (answer: string, over: object = {}) => ({
  ...{ revise: answer, approvals: answer, history: answer, grant: answer, withdraw: answer },
  ...{ grantGroup: answer, withdrawGroup: answer, revert: answer, retire: answer },
  ...over,
});

describe('whoever administers a category', () => {
  it('sees its apps, and may do everything with them', async () => {
    expect(answerOf(await host.ask(FindApp, { app_id: 'letters' }, again(una)))).toBe('done');
    const none = { grantGroup: 'GroupUnknown', revert: 'RevisionUnknown' };
    expect(await everything('letters', una)).toEqual(all('done', none));
  });

  it('may do nothing with an app of another category, though it can be seen', async () => {
    expect(await everything('games', una)).toEqual(all('Forbidden'));
  });

  it('can not tell an app that they may not see from one that is not there', async () => {
    await host.app('hidden', { category: 'Office', visibility: 'admin_only' });
    expect(await everything('hidden', una)).toEqual(all('AppUnknown'));
    expect(await everything('nothing', una)).toEqual(all('AppUnknown'));
  });

  it('makes apps of it, and of nothing else', async () => {
    const make = async (id: string, over: object) => answerOf(await host.app(id, over, again(una)));
    expect(await make('new', { category: 'Office' })).toBe('done');
    expect(await make('other', { category: 'Games' })).toBe('Forbidden');
    expect(await make('none', {})).toBe('Forbidden');
    expect(await make('secret', { category: 'Office', visibility: 'admin_only' })).toBe(
      'Forbidden',
    );
  });

  it('moves no app in or out, nor out of their own sight', async () => {
    expect(await revise('letters', { category: 'Games' })).toBe('Forbidden');
    expect(await revise('games', { category: 'Office' })).toBe('Forbidden');
    expect(await revise('letters', { visibility: 'admin_only' })).toBe('Forbidden');
    expect(await revise('letters', { visibility: 'public' })).toBe('done');
  });

  it('is out at once when dismissed, or disabled', async () => {
    await host.ask(DismissCategoryAdministrator, { category: 'Office', user_id: una.actor.id });
    expect(await revise('letters', { name: 'Late' })).toBe('Forbidden');
    expect(answerOf(await host.ask(FindApp, { app_id: 'letters' }, again(una)))).toBe('AppUnknown');
    await host.ask(AppointCategoryAdministrator, { category: 'Office', user_id: una.actor.id });
    await host.ask(DisableUser, { user_id: una.actor.id });
    expect(await revise('letters', { name: 'Late' })).toBe('Forbidden');
    const { categories } = resultOf(await host.ask(ListCategories, { limit: 10 }));
    expect(categories.find(({ category }) => category === 'Office')?.administrator_ids).toEqual([]);
  });

  it('leaves a refused attempt on record', async () => {
    await revise('games', { name: 'Mine' });
    const { commits } = await host.log.read({ after: 0 });
    expect(commits.at(-1)?.events[0]).toMatchObject({
      type: 'sortie.catalog.AttemptRefused.v1',
      actor: una.actor.id,
      data: { operation: 'ReviseApp', resourceId: 'games', code: 'Forbidden' },
    });
  });
});

describe('whoever administers nothing', () => {
  it('may do nothing with any app, seen or not', async () => {
    const ben = await host.person('ben');
    for (const app of ['letters', 'games', 'nothing']) {
      expect(await everything(app, ben)).toEqual(all('Forbidden'));
    }
  });
});

describe('the categories', () => {
  it('are told to administrators and auditors, and to others as far as they administer them', async () => {
    const ben = await host.person('ben');
    const office = { category: 'Office', administrator_ids: [una.actor.id] };
    const games = { category: 'Games', administrator_ids: [] };
    const listed = async (context: RequestContext) =>
      resultOf(await host.ask(ListCategories, { limit: 10 }, context)).categories;
    expect(await listed(asked('admin'))).toEqual([games, office]);
    expect(await listed(asked('auditor'))).toEqual([games, office]);
    expect(await listed(again(una))).toEqual([office]);
    expect(await listed(again(ben))).toEqual([]);
  });

  it('come in pages, and are there without an app', async () => {
    await host.ask(AppointCategoryAdministrator, { category: 'Äpfel/№ 1', user_id: 'u1' });
    const first = resultOf(await host.ask(ListCategories, { limit: 2 }));
    expect(first.categories.map(({ category }) => category)).toEqual(['Games', 'Office']);
    const cursor = first.next_cursor;
    const rest = resultOf(await host.ask(ListCategories, { limit: 2, cursor }));
    expect(rest).toEqual({ categories: [{ category: 'Äpfel/№ 1', administrator_ids: ['u1'] }] });
  });
});

describe('the history of an app', () => {
  const revert = (to_version: number, context = asked('admin')) =>
    host.ask(RevertApp, { app_id: 'letters', to_version }, context);
  const versionOf = async () => {
    const found = await host.ask(FindApp, { app_id: 'letters' });
    return found.kind === 'done' ? (found.version ?? 0) : 0;
  };

  it('has who, when, and what from what to what, newest first, in pages', async () => {
    await revise('letters', { name: 'Post' });
    const first = resultOf(await history('letters', asked('auditor'), { limit: 1 }));
    expect(first.revisions).toMatchObject([
      {
        ...{ action: 'revised', user: una.actor.id, version: await versionOf() },
        changes: { name: { from: 'letters', to: 'Post' } },
        app: { id: 'letters', name: 'Post' },
      },
    ]);
    expect(Date.now() - Date.parse(first.revisions[0]?.at ?? '')).toBeLessThan(60_000);
    const rest = await history('letters', asked('admin'), { limit: 5, cursor: first.next_cursor });
    expect(told(resultOf(rest))).toEqual([['registered', 'letters']]);
    expect(resultOf(rest)).not.toHaveProperty('next_cursor');
  });

  it('goes back, and back again, exactly', async () => {
    const before = await versionOf();
    const was = resultOf(await host.ask(FindApp, { app_id: 'letters' }));
    await revise('letters', { name: 'Post', description: 'By mail', visibility: 'public' });
    const between = await versionOf();
    const is = resultOf(await host.ask(FindApp, { app_id: 'letters' }));
    expect(resultOf(await revert(before))).toEqual(was);
    expect(resultOf(await revert(between))).toEqual(is);
    const { revisions } = resultOf(await history('letters'));
    expect(revisions.map(({ action, reverted_to }) => [action, reverted_to])).toEqual([
      ['reverted', between],
      ['reverted', before],
      ['revised', undefined],
      ['registered', undefined],
    ]);
  });

  it('gives a repeated revert its first answer, and refuses one of a version that is gone', async () => {
    const before = await versionOf();
    await revise('letters', { name: 'Post' });
    const stale = await revert(before, asked('admin', { expectedVersion: before }));
    expect(answerOf(stale)).toBe('VersionStale');
    const context = asked('admin', { expectedVersion: await versionOf() });
    const first = await revert(before, context);
    expect(await revert(before, context)).toEqual(first);
    expect(told(resultOf(await history('letters')))[0]).toEqual(['reverted', 'letters']);
  });

  it('has nothing to go back to but its own definitions', async () => {
    await revise('letters', { name: 'Post' });
    const other = resultOf(await history('games')).revisions[0]?.version ?? 0;
    expect(answerOf(await revert(other))).toBe('RevisionUnknown');
    await host.ask(RetireApp, { app_id: 'letters' });
    const retired = resultOf(await history('letters')).revisions;
    expect(retired[0]).toMatchObject({ action: 'retired', app: null, changes: {} });
    expect(answerOf(await revert(retired[0]?.version ?? 0))).toBe('AppUnknown');
    expect(answerOf(await revert(retired[1]?.version ?? 0))).toBe('AppUnknown');
  });

  it('tells the administrators of its category nothing from when it was not theirs', async () => {
    await revise('letters', { name: 'Plan X', visibility: 'admin_only' }, asked('admin'));
    const hidden = await versionOf();
    await revise('letters', { name: 'Open' }, asked('admin'));
    await revise('letters', { name: 'Played', category: 'Games' }, asked('admin'));
    await revise('letters', { name: 'Back' }, asked('admin'));
    await revise('letters', { name: 'Seen' });
    const own = resultOf(await history('letters', again(una)));
    expect(told(own)).toEqual([
      ['revised', 'Seen'],
      ['registered', 'letters'],
    ]);
    expect(JSON.stringify(own)).not.toMatch(/Plan X|Played/);
    expect(answerOf(await revert(hidden, again(una)))).toBe('RevisionUnknown');
    expect(resultOf(await history('letters')).revisions).toHaveLength(6);
  });
});
