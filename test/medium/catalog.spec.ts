// Goal: the catalogue answers its operations from its read models, and every change is in the log.
// Method: the real service on SQLite files and the SQLite log, asked over the in-process bus.
import 'reflect-metadata';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FindApp, ListApps, RegisterApp, ReviseApp } from '#shared/contracts/catalog.js';
import { asked, openCatalogHost, type CatalogHost } from '#test/support/catalog-host.js';

let host: CatalogHost;
beforeEach(async () => {
  host = await openCatalogHost();
});
afterEach(() => host.close());

const gimp = { id: 'gimp', name: 'Gimp', url: 'https://gimp.example' };
const register = (over: object = {}) =>
  RegisterApp.data.parse({ ...gimp, ...over }) as Parameters<typeof RegisterApp.data.parse>[0];

describe('the catalogue', () => {
  it('shows an app as soon as its registration is answered', async () => {
    const reply = await host.bus.request(RegisterApp, register() as never, asked('admin'));
    expect(reply).toMatchObject({
      kind: 'done',
      version: 1,
      caughtUp: true,
      result: { id: 'gimp' },
    });
    const found = await host.bus.request(FindApp, { app_id: 'gimp' }, asked('user'));
    expect(found).toMatchObject({ kind: 'done', version: 1, result: { name: 'Gimp' } });
  });

  it('gives a repeated command its first answer', async () => {
    const context = asked('admin');
    const first = await host.bus.request(RegisterApp, register() as never, context);
    const again = await host.bus.request(RegisterApp, register() as never, context);
    expect(again).toEqual(first);
    expect(await host.log.head()).toBe(1);
  });

  it('refuses a user and puts the attempt on record', async () => {
    const reply = await host.bus.request(RegisterApp, register() as never, asked('user'));
    expect(reply).toMatchObject({ kind: 'rejected', code: 'Forbidden' });
    const { commits } = await host.log.read({ after: 0 });
    expect(commits[0]?.events[0]).toMatchObject({
      type: 'sortie.catalog.AttemptRefused.v1',
      actor: 'user-1',
      data: { operation: 'RegisterApp', resourceType: 'app', code: 'Forbidden' },
    });
  });

  it('refuses a revision of a version that is gone', async () => {
    await host.bus.request(RegisterApp, register() as never, asked('admin'));
    const { id: _, ...spec } = register({ name: 'Krita' }) as { id: string };
    const revise = (expectedVersion: number) =>
      host.bus.request(ReviseApp, { app_id: 'gimp', app: spec } as never, {
        ...asked('admin'),
        expectedVersion,
      });
    expect(await revise(1)).toMatchObject({ kind: 'done', version: 2 });
    expect(await revise(1)).toMatchObject({ kind: 'rejected', code: 'VersionStale' });
  });

  it('lists in pages', async () => {
    for (const id of ['a', 'b', 'c']) {
      await host.bus.request(RegisterApp, register({ id }) as never, asked('admin'));
    }
    const first = await host.bus.request(ListApps, { limit: 2 }, asked('user'));
    if (first.kind !== 'done') throw new Error(first.code);
    expect(first.result.apps.map((a) => a.id)).toEqual(['a', 'b']);
    const cursor = first.result.next_cursor;
    const second = await host.bus.request(ListApps, { limit: 2, cursor }, asked('user'));
    expect(second).toMatchObject({ result: { apps: [{ id: 'c' }] } });
  });
});
