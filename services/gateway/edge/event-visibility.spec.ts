import { describe, expect, it } from 'vitest';
import type { Commit } from '#shared/es/commit.js';
import type { Bus, RequestContext, Role } from '#shared/es/operation.js';
import { visibleEvents } from './event-visibility.js';

/** Una is approved for every app, and nothing else can be asked. */
const bus = {
  request: async ({ name }: { name: string }) => {
    if (name !== 'ListApprovals') throw new Error(`Nobody should ask for ${name}`);
    return { kind: 'done', result: { user_ids: ['una'] } };
  },
} as unknown as Bus;

const commit = (stream: string, type: string, data: object, actor = 'otto'): Commit =>
  ({
    sequence: 1,
    stream: `sortie.event.${stream}`,
    commandId: 'c',
    events: [{ type, data, actor, actorip: '192.0.2.1', useragent: 'x', commandhash: 'h' }],
  }) as unknown as Commit;

const as = (id: string, role: Role): RequestContext =>
  ({ actor: { id, role }, commandId: 'c', correlationId: 'c' }) as const;
const seenBy = (who: RequestContext, of: Commit) => visibleEvents(of, who, bus);
const una = as('una', 'user');
const ben = as('ben', 'user');
const admin = as('ada', 'admin');

const revised = (from: string | undefined, to: string): Commit =>
  commit('catalog.app.a1', 'sortie.catalog.AppRevised.v1', {
    appId: 'a1',
    app: { visibility: to, description: 'plans' },
    changes: from ? { visibility: { from, to } } : {},
  });

describe('a change of an app', () => {
  it.each([
    [undefined, 'public', true, true],
    [undefined, 'approved', true, false],
    [undefined, 'admin_only', false, false],
    ['public', 'admin_only', true, true],
    ['approved', 'admin_only', true, false],
    ['admin_only', 'approved', true, false],
    ['admin_only', 'public', true, true],
  ])('from %s to %s is told to una: %s, to ben: %s', async (from, to, toUna, toBen) => {
    expect(await seenBy(una, revised(from, to))).toHaveLength(toUna ? 1 : 0);
    expect(await seenBy(ben, revised(from, to))).toHaveLength(toBen ? 1 : 0);
    expect(await seenBy(admin, revised(from, to))).toHaveLength(1);
  });

  it('is not left out because nobody could say who may see it', async () => {
    const busy = { kind: 'rejected', code: 'Unavailable', detail: 'Too much is asked for' };
    const overrun = { request: async () => busy } as unknown as Bus;
    const visible = visibleEvents(revised(undefined, 'approved'), una, overrun);
    await expect(visible).rejects.toThrow('Too much is asked for');
  });

  it('is told to users as the app’s id alone, and to nobody with where somebody sat', async () => {
    const [told] = await seenBy(ben, revised(undefined, 'public'));
    expect(told?.data).toEqual({ appId: 'a1' });
    const [whole] = await seenBy(admin, revised(undefined, 'public'));
    expect(whole).not.toHaveProperty('actorip');
    expect(whole).not.toHaveProperty('commandhash');
  });

  it('that ends it is told to those who were approved for it then', async () => {
    const data = { appId: 'a1', name: 'A', visibility: 'approved', approvedUserIds: ['ben'] };
    const retired = commit('catalog.app.a1', 'sortie.catalog.AppRetired.v1', data);
    expect(await seenBy(ben, retired)).toHaveLength(1);
    expect(await seenBy(una, retired)).toHaveLength(0);
  });

  it.each(['AppAccessGranted', 'AppAccessWithdrawn'])('%s is told to that user', async (name) => {
    const data = { appId: 'a1', userId: 'ben' };
    const access = commit('catalog.app.a1', `sortie.catalog.${name}.v1`, data);
    expect(await seenBy(ben, access)).toHaveLength(1);
    expect(await seenBy(una, access)).toHaveLength(0);
  });
});

describe('what else is in the log', () => {
  const session = { sessionId: 's1', userId: 'ben', endpoint: { kind: 'unix', path: '/secret' } };

  it.each([
    ['session.session.s1', 'sortie.session.SessionStarted.v1', session, 1],
    ['session.preparation.s1', 'sortie.session.SessionPreparing.v1', { userId: 'ben' }, 1],
    ['session.refusal.ben', 'sortie.session.AttemptRefused.v1', {}, 0],
    ['catalog.launch.l1', 'sortie.catalog.AppLaunched.v1', { userId: 'ben', appId: 'a1' }, 1],
    ['catalog.seed.catalogue', 'sortie.catalog.CatalogueSeeded.v1', {}, 0],
    ['catalog.refusal.ben', 'sortie.catalog.AttemptRefused.v1', {}, 0],
    ['identity.user.ben', 'sortie.identity.UserDisabled.v1', { userId: 'ben' }, 0],
    ['audit.refusal.ben', 'sortie.audit.AttemptRefused.v1', {}, 0],
  ])('%s, with %s, is told to whom it concerns', async (stream, type, data, count) => {
    expect(await seenBy(ben, commit(stream, type, data))).toHaveLength(count);
    expect(await seenBy(una, commit(stream, type, data))).toHaveLength(0);
    expect(await seenBy(admin, commit(stream, type, data))).toHaveLength(1);
  });

  it('never says where a desktop listens, and nothing of what identity keeps', async () => {
    const started = commit('session.session.s1', 'sortie.session.SessionStarted.v1', session);
    const signedIn = { tokenHash: 'x', userId: 'ben' };
    const identity = commit('identity.signin.i1', 'sortie.identity.SignedIn.v1', signedIn);
    for (const who of [admin, ben]) {
      expect(JSON.stringify(await seenBy(who, started))).not.toContain('/secret');
    }
    expect((await seenBy(admin, identity))[0]?.data).toEqual({});
  });
});
