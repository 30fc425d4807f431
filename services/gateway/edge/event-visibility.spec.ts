import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import type { CheckApproval } from '#shared/contracts/catalog.js';
import type { Commit } from '#shared/es/commit.js';
import type { Bus, RequestContext, Role } from '#shared/es/operation.js';
import { visibleEvents } from './event-visibility.js';

type Asked = z.infer<typeof CheckApproval.data>;

/** Una is approved for the app a1, Gil is in the group g1, Cat looks after the category Art; nothing else can be asked. */
const bus = {
  request: async ({ name }: { name: string }, asked: Asked) => {
    if (name === 'ListParticipants') return { kind: 'done', result: { user_ids: [] } };
    if (name !== 'CheckApproval') throw new Error(`Nobody should ask for ${name}`);
    if (asked.through !== SEQUENCE) throw new Error(`It is judged at ${asked.through}`);
    const approved =
      (asked.user_id === 'una' && asked.app_id === 'a1') ||
      (asked.user_id === 'gil' && asked.group_ids.includes('g1')) ||
      (asked.user_id === 'cat' && asked.categories.includes('Art'));
    return { kind: 'done', result: { approved } };
  },
} as unknown as Bus;

const SEQUENCE = 7;
const commit = (stream: string, type: string, data: object, actor = 'otto'): Commit =>
  ({
    sequence: SEQUENCE,
    stream: `sortie.event.${stream}`,
    commandId: 'c',
    events: [{ type, data, actor, actorip: '192.0.2.1', useragent: 'x', commandhash: 'h' }],
  }) as unknown as Commit;

const as = (id: string, role: Role): RequestContext =>
  ({ actor: { id, role }, commandId: 'c', correlationId: 'c' }) as const;
const seenBy = (who: RequestContext, of: Commit) => visibleEvents(of, who, bus);
const una = as('una', 'user');
const ben = as('ben', 'user');
const gil = as('gil', 'user');
const cat = as('cat', 'user');
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
    const data = { appId: 'a2', name: 'A', visibility: 'approved', approvedUserIds: ['ben'] };
    const retired = commit('catalog.app.a2', 'sortie.catalog.AppRetired.v1', data);
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

describe('a change of a group’s access', () => {
  it.each(['AppGroupAccessGranted', 'AppGroupAccessWithdrawn'])(
    '%s is told to those in it',
    async (name) => {
      const data = { appId: 'a1', groupId: 'g1' };
      const access = commit('catalog.app.a1', `sortie.catalog.${name}.v1`, data);
      const [told] = await seenBy(gil, access);
      expect(told?.data).toEqual({ appId: 'a1' });
      expect(await seenBy(ben, access)).toHaveLength(0);
    },
  );

  it('that comes with the end of the app is told to those in it, and to who looked after it', async () => {
    const data = {
      ...{ appId: 'a1', name: 'A', visibility: 'approved', category: 'Art' },
      ...{ approvedUserIds: [], approvedGroupIds: ['g1'] },
    };
    const retired = commit('catalog.app.a1', 'sortie.catalog.AppRetired.v1', data);
    for (const who of [gil, cat]) expect(await seenBy(who, retired)).toHaveLength(1);
    expect(await seenBy(ben, retired)).toHaveLength(0);
  });

  it('is told to who looked after an app that was moved away', async () => {
    const moved = commit('catalog.app.a1', 'sortie.catalog.AppRevised.v1', {
      ...{ appId: 'a1', app: { visibility: 'approved', category: 'Games' } },
      changes: { category: { from: 'Art', to: 'Games' } },
    });
    expect(await seenBy(cat, moved)).toHaveLength(1);
    expect(await seenBy(ben, moved)).toHaveLength(0);
  });
});

describe('what a role lets somebody hear', () => {
  const ofBen = { sessionId: 's1', userId: 'ben' };
  const SEEN = {
    user: [0, 0, 0],
    operator: [1, 0, 0],
    auditor: [1, 1, 1],
    admin: [1, 1, 1],
    console: [1, 1, 1],
  } as const;

  it.each(Object.entries(SEEN))('%s: %j of sessions, hidden apps, people', async (role, counts) => {
    const olga = as('olga', role as Role);
    const told = [
      await seenBy(olga, commit('session.session.s1', 'sortie.session.SessionStopped.v1', ofBen)),
      await seenBy(olga, revised(undefined, 'admin_only')),
      await seenBy(olga, commit('identity.user.ben', 'sortie.identity.UserRoleChanged.v1', ofBen)),
    ];
    expect(told.map((events) => events.length)).toEqual(counts);
    expect(told[2]?.flatMap((events) => Object.keys(events.data as object))).toEqual([]);
  });
});

describe('what happens to a person', () => {
  it.each([
    ['group.g1', 'GroupMemberAdded', { userId: 'ben' }],
    ['group.g1', 'GroupDeleted', { memberIds: ['x', 'ben'] }],
    ['preferences.ben', 'PreferencesKept', { userId: 'ben', favorites: ['a1'] }],
    ['signin.i1', 'SignedIn', { userId: 'ben', tokenHash: 'x' }],
    ['tokenuse.t1', 'ApiTokenUsed', { userId: 'ben', tokenId: 't1' }],
    ['factor.ben', 'RecoveryCodeUsed', { userId: 'ben', recoveryHash: 'x' }],
  ])('%s: %s is told to that person alone, without what it says', async (stream, name, data) => {
    const event = commit(`identity.${stream}`, `sortie.identity.${name}.v1`, data);
    expect((await seenBy(ben, event)).map((told) => told.data)).toEqual([{}]);
    expect(await seenBy(una, event)).toEqual([]);
  });

  it('is told of the categories that they look after', async () => {
    const data = { category: 'Art', userId: 'ben' };
    const type = 'sortie.catalog.CategoryAdministratorAppointed.v1';
    const appointed = commit('catalog.category.c1', type, data);
    expect(await seenBy(ben, appointed)).toHaveLength(1);
    expect(await seenBy(una, appointed)).toHaveLength(0);
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

describe('what happens in a shared session', () => {
  const of = { sessionId: 's1', userId: 'una' };
  const joined = { ...of, watcherId: 'gil', participantIds: ['gil', 'hal'], mode: 'view' };
  const gil = as('gil', 'user');
  const hal = as('hal', 'user');

  it.each([
    ['share.h1', 'SessionShared', { ...of, guestId: 'gil', secretHash: null }, [una, gil]],
    ['share.h1', 'SessionShared', { ...of, guestId: null, secretHash: 'x' }, [una]],
    ['share.h1', 'ShareAccepted', { ...of, guestId: 'gil' }, [una, gil]],
    ['share.h1', 'ShareModeChanged', { ...of, guestIds: ['gil', 'hal'] }, [una, gil, hal]],
    ['share.h1', 'ShareRevoked', { ...of, guestIds: ['gil'] }, [una, gil]],
    ['viewer.v1', 'ViewerJoined', joined, [una, gil, hal]],
    ['viewer.v1', 'ViewerLeft', { ...joined, participantIds: [], code: 1000 }, [una, gil]],
    ['look.l1', 'FrameSeen', { ...of, watcherId: 'gil' }, [una, gil]],
    ['gateway.g1', 'ViewersConfirmed', { gatewayId: 'g1', viewers: 1 }, []],
    ['session.s1', 'SessionStarted', of, [una]],
  ])('in %s, %s, with %j, is told to whom it concerns', async (stream, name, data, told) => {
    const event = commit(`session.${stream}`, `sortie.session.${name}.v1`, data);
    for (const who of [una, ben, gil, hal]) {
      expect(await seenBy(who, event), who.actor.id).toHaveLength(
        (told as RequestContext[]).includes(who) ? 1 : 0,
      );
    }
  });

  it('tells nobody who else hears of it, nor what a link is known by', async () => {
    const link = { ...of, guestId: null, secretHash: 'the-hash', guestIds: ['hal'] };
    const shared = commit('session.share.h1', 'sortie.session.SessionShared.v1', link);
    const watched = commit('session.viewer.v1', 'sortie.session.ViewerJoined.v1', joined);
    for (const who of [una, admin, gil]) {
      const told = JSON.stringify([await seenBy(who, shared), await seenBy(who, watched)]);
      expect(told).not.toMatch(/hal|the-hash/);
    }
  });
});

describe('the end of a shared session, or more time for it', () => {
  const of = { sessionId: 's7', userId: 'una', appId: 'a1', reason: 'it was stopped' };
  const asked: string[] = [];
  let judged = 100;
  const knowing = {
    request: async ({ name }: { name: string }, data: { session_id: string }) => {
      asked.push(`${name} ${data.session_id}`);
      return { kind: 'done', result: { user_ids: ['gil'] } };
    },
  } as unknown as Bus;
  const told = (who: RequestContext, name: string, sequence: number) => {
    const ended = commit('session.session.s7', `sortie.session.${name}.v1`, of);
    return visibleEvents({ ...ended, sequence }, who, knowing);
  };

  it.each(['SessionStopped', 'SessionExpired', 'SessionFailed', 'SessionExtended'])(
    '%s is told to its guests as well, for whom it is asked once',
    async (name) => {
      asked.length = 0;
      const sequence = (judged += 1);
      const hears = async (who: RequestContext) => (await told(who, name, sequence)).length;
      const people = [as('gil', 'user'), as('gil', 'user'), una, ben];
      expect(await Promise.all(people.map(hears))).toEqual([1, 1, 1, 0]);
      expect(asked).toEqual(['ListParticipants s7']);
    },
  );

  it('is the only thing of its life that they hear', async () => {
    expect(await told(as('gil', 'user'), 'SessionStarted', 200)).toEqual([]);
  });
});
