// Goal: the catalogue of the past is what it was then, and shows nobody what they could not see then or may not see now.
// Method: the real service on its log and database, asked over the in-process bus for sequences that have passed.
import 'reflect-metadata';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  FindApp,
  GrantAppAccess,
  ListAppRevisions,
  ListApprovals,
  ListApps,
  RegisterApp,
  RetireApp,
  ReviseApp,
  WithdrawAppAccess,
} from '#shared/contracts/catalog.js';
import { AppointCategoryAdministrator } from '#shared/contracts/categories.js';
import { asked, openCatalogHost, type CatalogHost } from '#test/support/catalog-host.js';

let host: CatalogHost;
beforeEach(async () => {
  host = await openCatalogHost();
});
afterEach(() => host.close());

const ada = { actor: { id: 'ada', role: 'user' as const } };
const spec = (over: object = {}) => {
  const { id: _, ...rest } = RegisterApp.data.parse({ ...GIMP, ...over });
  return rest;
};
const GIMP = { id: 'gimp', name: 'Gimp', url: 'https://gimp.example', category: 'Graphics' };

/** Carries a command out and tells the sequence that the log then stands at. */
async function after(done: Promise<{ kind: string }>): Promise<number> {
  expect(await done).toMatchObject({ kind: 'done' });
  return host.log.head();
}
const admin = () => asked('admin');
const register = (over: object = {}) =>
  after(host.bus.request(RegisterApp, { ...spec(over), id: 'gimp', ...over }, admin()));
const revise = (over: object) =>
  after(host.bus.request(ReviseApp, { app_id: 'gimp', app: spec(over) }, admin()));
const retire = () => after(host.bus.request(RetireApp, { app_id: 'gimp' }, admin()));
const access = { app_id: 'gimp', user_id: 'ada' };
const grant = () => after(host.bus.request(GrantAppAccess, access, admin()));
const withdraw = () => after(host.bus.request(WithdrawAppAccess, access, admin()));

/** The name that an app had, by both ways to read it; undefined where there was none to be seen. */
async function seen(asOf: number, by: Parameters<typeof asked>[1] = {}) {
  const context = asked(by.actor?.role ?? 'admin', { ...by, asOf });
  const one = await host.bus.request(FindApp, { app_id: 'gimp' }, context);
  const all = await host.bus.request(ListApps, { limit: 100 }, context);
  const name = one.kind === 'done' ? one.result.name : undefined;
  const listed = all.kind === 'done' ? all.result.apps.find(({ id }) => id === 'gimp') : undefined;
  expect(listed?.name).toBe(name);
  return name;
}

describe('an app of the past', () => {
  it('is what it was at each sequence, with the version that it had', async () => {
    const registered = await register();
    const revised = await revise({ name: 'Krita' });
    const retired = await retire();
    const again = await register({ name: 'Back' });
    const names = [0, registered, revised, retired, again].map((asOf) => seen(asOf));
    expect(await Promise.all(names)).toEqual([undefined, 'Gimp', 'Krita', undefined, 'Back']);
    const context = asked('admin', { asOf: registered });
    const reply = await host.bus.request(FindApp, { app_id: 'gimp' }, context);
    expect(reply).toMatchObject({ kind: 'done', version: registered });
  });

  it('has the approvals that it had', async () => {
    await register({ visibility: 'approved' });
    const granted = await grant();
    const withdrawn = await withdraw();
    const approvals = async (asOf: number) => {
      const context = asked('admin', { asOf });
      const reply = await host.bus.request(ListApprovals, { app_id: 'gimp' }, context);
      return reply.kind === 'done' && reply.result.user_ids;
    };
    expect(await approvals(granted)).toEqual(['ada']);
    expect(await approvals(withdrawn)).toEqual([]);
  });

  it('that is not in the read models yet is a reason to come back, not an answer', async () => {
    const asOf = (await register()) + 1;
    const reply = await host.bus.request(ListApps, { limit: 1 }, asked('admin', { asOf }));
    expect(reply).toMatchObject({ kind: 'rejected', code: 'Unavailable' });
  });

  it('is not to be had from a query that knows no past', async () => {
    const asOf = await register();
    const data = { app_id: 'gimp', limit: 1 };
    const reply = await host.bus.request(ListAppRevisions, data, asked('admin', { asOf }));
    expect(reply).toMatchObject({ kind: 'rejected', code: 'InvalidRequest' });
  });
});

describe('somebody who may not see every app', () => {
  it('sees of the past what was theirs then and is now', async () => {
    await register({ visibility: 'approved' });
    const granted = await grant();
    await revise({ name: 'Krita', visibility: 'approved' });
    expect(await seen(granted, ada)).toBe('Gimp');
  });

  it('sees nothing of before it was theirs', async () => {
    const registered = await register({ visibility: 'approved' });
    const granted = await grant();
    expect(await seen(registered, ada)).toBeUndefined();
    expect(await seen(granted, ada)).toBe('Gimp');
  });

  it('sees no past of what was taken from them, was hidden or retired since', async () => {
    await register({ visibility: 'approved' });
    const granted = await grant();
    await withdraw();
    expect(await seen(granted, ada)).toBeUndefined();
    await grant();
    expect(await seen(granted, ada)).toBe('Gimp');
    await revise({ visibility: 'admin_only' });
    expect(await seen(granted, ada)).toBeUndefined();
    await retire();
    expect(await seen(granted, ada)).toBeUndefined();
    expect(await seen(granted)).toBe('Gimp');
  });

  it('gets pages whose cursors lead past what could not be seen then', async () => {
    await register({ id: 'a1', visibility: 'admin_only' });
    const then = await register({ id: 'b1' });
    await after(
      host.bus.request(ReviseApp, { app_id: 'a1', app: spec({ visibility: 'public' }) }, admin()),
    );
    const context = asked('user', { ...ada, asOf: then });
    const first = await host.bus.request(ListApps, { limit: 1 }, context);
    expect(first).toMatchObject({ kind: 'done', result: { apps: [] } });
    const cursor = first.kind === 'done' ? first.result.next_cursor : undefined;
    const second = await host.bus.request(ListApps, { limit: 1, cursor }, context);
    expect(second).toMatchObject({ kind: 'done', result: { apps: [{ id: 'b1' }] } });
  });

  it('reads the approvals of a category only of a time when it was theirs to look after', async () => {
    const registered = await register();
    const appointed = await after(
      host.bus.request(
        AppointCategoryAdministrator,
        { category: 'Graphics', user_id: 'ada' },
        admin(),
      ),
    );
    const ask = (asOf: number) =>
      host.bus.request(ListApprovals, { app_id: 'gimp' }, asked('user', { ...ada, asOf }));
    expect(await ask(registered)).toMatchObject({ kind: 'rejected', code: 'AppUnknown' });
    expect(await ask(appointed)).toMatchObject({ kind: 'done' });
  });
});
