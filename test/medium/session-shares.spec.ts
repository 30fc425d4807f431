// Goal: whom the owner lets into a session gets in, to do no more than that, until the owner says otherwise; to everybody
// else there is nothing. Method: the real session service on SQLite files, asked over the in-process bus with a clock
// that can be moved.
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  ExtendSession,
  FindSession,
  IssueViewerTicket,
  RedeemViewerTicket,
  StopSession,
} from '#shared/contracts/session.js';
import {
  AcceptShare,
  ChangeShare,
  ListShares,
  ListSharedWithMe,
  RevokeShare,
  SHARES_PER_SESSION_MAX,
  ShareSession,
} from '#shared/contracts/sharing.js';
import type { Operation, RequestContext } from '#shared/es/operation.js';
import { asked } from '#test/support/catalog-host.js';
import { MemoryRuntimeDriver } from '#test/support/memory-runtime-driver.js';
import { openSessionHost, resultIn, type SessionHost } from '#test/support/session-host.js';

const MINUTE_MS = 60_000;
let host: SessionHost;
let aheadMs = 0;
let sessionId: string;
const now = () => new Date(Date.now() + aheadMs);

const as = (id: string, over: Partial<RequestContext> = {}) =>
  asked('user', { actor: { id, role: 'user' }, signInId: `sign-in-of-${id}`, ...over });
const owner = () => as('user-1');
const ask = <D, R>(operation: Operation<D, R>, data: object, context: RequestContext) =>
  host.bus.request(operation, operation.data.parse(data), context);

beforeEach(async () => {
  aheadMs = 0;
  host = await openSessionHost({ driver: new MemoryRuntimeDriver(), now });
  await host.register('term');
  sessionId = (await host.request('term', owner())).id;
  await host.reaches(sessionId, 'running');
});
afterEach(() => host.close());

const share = async (over: object = {}, context = owner()) =>
  resultIn(await ask(ShareSession, { session_id: sessionId, ...over }, context));
const secretIn = (link: string | undefined) => link?.split('#')[1] ?? '';
const accept = (link: string | undefined, by: string) =>
  ask(AcceptShare, { secret: secretIn(link) }, as(by));
const issue = (by: string, mode: 'control' | 'view' = 'control') =>
  ask(IssueViewerTicket, { session_id: sessionId, mode }, as(by));
const redeem = (ticket: string) =>
  ask(RedeemViewerTicket, { session_id: sessionId, ticket }, asked('system'));
const ticketOf = async (by: string, mode?: 'control' | 'view') =>
  resultIn(await issue(by, mode)).ticket;
const rejects = (code: string) => ({ kind: 'rejected', code });

describe('a share with a person', () => {
  it('is listed for the owner, and for the person with nothing of where the session runs', async () => {
    const { share: made, link } = await share({ user_id: 'user-2', mode: 'control' });
    expect(link).toBeUndefined();
    expect(made).toMatchObject({
      ...{ session_id: sessionId, kind: 'person', mode: 'control' },
      people: [{ user_id: 'user-2' }],
    });
    expect(resultIn(await ask(ListShares, { session_id: sessionId }, owner())).shares).toEqual([
      made,
    ]);
    const { shares } = resultIn(await ask(ListSharedWithMe, {}, as('user-2')));
    expect(shares).toEqual([
      {
        ...{ share_id: made.id, session_id: sessionId, owner_id: 'user-1', mode: 'control' },
        ...{ app_id: 'term', app_name: 'term', status: 'running' },
        ...{ since: made.created_at, expires_at: made.expires_at },
      },
    ]);
    expect(resultIn(await ask(ListSharedWithMe, {}, as('user-3'))).shares).toEqual([]);
  });

  it('may be by name, in any case, which the log does not have', async () => {
    const { share: made } = await share({ user_name: 'User-2' });
    expect(made).toMatchObject({ kind: 'person', people: [{ user_id: 'user-2' }] });
    expect(JSON.stringify((await host.log.read({ after: 0 })).commits)).not.toContain('User-2');
  });

  it('lasts an hour unless told otherwise, and never longer than the session', async () => {
    const minutes = ({ expires_at, created_at }: { expires_at: string; created_at: string }) =>
      Math.round((Date.parse(expires_at) - Date.parse(created_at)) / MINUTE_MS);
    expect(minutes((await share()).share)).toBe(60);
    expect(minutes((await share({ expires_in_minutes: 5 })).share)).toBe(5);
    const { expires_at } = await host.find(sessionId);
    expect((await share({ expires_in_minutes: 1_440 })).share.expires_at).toBe(expires_at);
  });

  it('gives tickets for what it allows and no more', async () => {
    await share({ user_id: 'user-2', mode: 'view' });
    const issued = resultIn(await issue('user-2', 'control'));
    expect(issued.mode).toBe('view');
    const redeemed = resultIn(await redeem(issued.ticket));
    expect(redeemed).toMatchObject({
      ...{ user_id: 'user-2', owner_id: 'user-1', mode: 'view', sign_in_id: 'sign-in-of-user-2' },
      ...{ share_id: expect.any(String), share_expires_at: expect.any(String) },
    });
  });

  it('of several gives what the most generous of them does', async () => {
    await share({ user_id: 'user-2', mode: 'view' });
    const { share: more } = await share({ user_id: 'user-2', mode: 'control' });
    expect(resultIn(await issue('user-2')).mode).toBe('control');
    await ask(RevokeShare, { session_id: sessionId, share_id: more.id }, owner());
    expect(resultIn(await issue('user-2')).mode).toBe('view');
  });

  it('is refused for nobody, for oneself, and for an ended session', async () => {
    const sharing = (data: object) =>
      ask(ShareSession, { session_id: sessionId, ...data }, owner());
    expect(await sharing({ user_id: 'nobody' })).toMatchObject(rejects('UserUnknown'));
    expect(await sharing({ user_name: 'nobody' })).toMatchObject(rejects('UserUnknown'));
    const both = { user_id: 'user-2', user_name: 'user-2' };
    expect(await sharing(both)).toMatchObject(rejects('InvalidRequest'));
    expect(await sharing({ user_id: 'user-1' })).toMatchObject(rejects('ShareIsYours'));
    await ask(StopSession, { session_id: sessionId }, owner());
    expect(await sharing({})).toMatchObject(rejects('SessionEnded'));
  });

  it('is one of so many', async () => {
    for (let made = 0; made < SHARES_PER_SESSION_MAX; made += 1) await share();
    const more = () => ask(ShareSession, { session_id: sessionId }, owner());
    expect(await more()).toMatchObject(rejects('TooManyShares'));
    aheadMs = 61 * MINUTE_MS;
    expect(await more()).toMatchObject({ kind: 'done' });
  });
});

describe('a link', () => {
  it('lets in who has its secret, of which the log has the hash alone', async () => {
    const { link } = await share({ mode: 'view' });
    const secret = secretIn(link);
    expect(link).toBe(`/shared#${secret}`);
    expect(Buffer.from(secret, 'base64url')).toHaveLength(32);
    expect(await issue('user-2')).toMatchObject(rejects('SessionUnknown'));
    const taken = resultIn(await accept(link, 'user-2'));
    expect(taken).toMatchObject({ session_id: sessionId, owner_id: 'user-1', mode: 'view' });
    expect(resultIn(await issue('user-2')).mode).toBe('view');
    const log = JSON.stringify((await host.log.read({ after: 0 })).commits);
    expect(log).not.toContain(secret);
    expect(log).toContain(createHash('sha256').update(secret).digest('base64url'));
  });

  it('is shown again to a repeated request, and is one share', async () => {
    const context = owner();
    const first = await share({}, context);
    expect(await share({}, context)).toEqual(first);
    expect(resultIn(await ask(ListShares, { session_id: sessionId }, owner())).shares).toHaveLength(
      1,
    );
  });

  it('lets in no more people than it may, also when they come at the same moment', async () => {
    const { link } = await share({ people_max: 2 });
    const people = Array.from({ length: 8 }, (_, at) => `user-${at + 2}`);
    const replies = await Promise.all(people.map((by) => accept(link, by)));
    expect(replies.filter(({ kind }) => kind === 'done')).toHaveLength(2);
    for (const reply of replies.filter(({ kind }) => kind === 'rejected')) {
      expect(reply).toMatchObject(rejects('ShareFull'));
    }
    const [in1] = people.filter((_, at) => replies[at]?.kind === 'done');
    expect(await accept(link, in1 ?? '')).toMatchObject({ kind: 'done' });
  });

  it('is worth nothing when it is guessed, one’s own, expired, revoked, or its session is over', async () => {
    const { link, share: made } = await share();
    const guess = `#${Buffer.alloc(32, 7).toString('base64url')}`;
    expect(await accept(guess, 'user-2')).toMatchObject(rejects('ShareUnknown'));
    expect(await accept(link, 'user-1')).toMatchObject(rejects('ShareIsYours'));
    aheadMs = 60 * MINUTE_MS;
    expect(await accept(link, 'user-2')).toMatchObject(rejects('ShareUnknown'));
    aheadMs = 0;
    await ask(RevokeShare, { session_id: sessionId, share_id: made.id }, owner());
    expect(await accept(link, 'user-2')).toMatchObject(rejects('ShareUnknown'));
    const { link: other } = await share();
    await ask(StopSession, { session_id: sessionId }, owner());
    expect(await accept(other, 'user-2')).toMatchObject(rejects('ShareUnknown'));
  });
});

describe('what a share gives ends', () => {
  it('when it is revoked: no tickets, and those that are out are worth nothing', async () => {
    const { share: made } = await share({ user_id: 'user-2', mode: 'control' });
    const out = await ticketOf('user-2');
    const revoked = await ask(RevokeShare, { session_id: sessionId, share_id: made.id }, owner());
    expect(revoked).toMatchObject({ kind: 'done' });
    expect(await redeem(out)).toMatchObject(rejects('TicketRefused'));
    expect(await issue('user-2')).toMatchObject(rejects('SessionUnknown'));
    expect(resultIn(await ask(ListSharedWithMe, {}, as('user-2'))).shares).toEqual([]);
  });

  it('when it expires', async () => {
    await share({ user_id: 'user-2', expires_in_minutes: 1 });
    aheadMs = MINUTE_MS - 20_000;
    const out = await ticketOf('user-2');
    aheadMs = MINUTE_MS;
    expect(await redeem(out)).toMatchObject(rejects('TicketRefused'));
    expect(await issue('user-2')).toMatchObject(rejects('SessionUnknown'));
  });

  it('in part when it is cut down: a ticket for control opens a view', async () => {
    const { share: made } = await share({ user_id: 'user-2', mode: 'control' });
    const out = await ticketOf('user-2');
    const cut = { session_id: sessionId, share_id: made.id, mode: 'view' };
    expect(resultIn(await ask(ChangeShare, cut, owner()))).toMatchObject({ mode: 'view' });
    expect(resultIn(await redeem(out)).mode).toBe('view');
  });

  it('is on record in the guest’s name when a ticket comes too late', async () => {
    const { share: made } = await share({ user_id: 'user-2' });
    const out = await ticketOf('user-2');
    await ask(RevokeShare, { session_id: sessionId, share_id: made.id }, owner());
    await redeem(out);
    expect(await host.told('user-2')).toEqual(['AttemptRefused']);
  });
});

describe('a guest', () => {
  const inSession = (over: object = {}) => ({ session_id: sessionId, ...over });

  it('with control can’t see, stop, extend or share the session, nor touch its shares', async () => {
    const { share: made } = await share({ user_id: 'user-2', mode: 'control' });
    const attempts: [Operation, object][] = [
      [FindSession, inSession()],
      [StopSession, inSession()],
      [ExtendSession, inSession()],
      [ListShares, inSession()],
      [ShareSession, inSession({ user_id: 'user-3' })],
      [ChangeShare, inSession({ share_id: made.id, mode: 'control' })],
      [RevokeShare, inSession({ share_id: made.id })],
    ];
    for (const [operation, data] of attempts) {
      const reply = await ask(operation, data, as('user-2'));
      expect([operation.name, reply]).toEqual([
        operation.name,
        expect.objectContaining(rejects('SessionUnknown')),
      ]);
    }
    expect((await host.find(sessionId)).status).toBe('running');
  });

  it('gets the same words about what there is and what there is not', async () => {
    const { share: made } = await share({ user_id: 'user-2' });
    const strange = async (operation: Operation, data: object) => {
      const reply = await ask(operation, data, as('user-9'));
      return JSON.stringify(reply).replaceAll(/"(There is no session)[^.]*/g, '$1');
    };
    for (const [operation, there, not] of [
      [FindSession, inSession(), { session_id: 'nothing' }],
      [ListShares, inSession(), { session_id: 'nothing' }],
      [RevokeShare, inSession({ share_id: made.id }), inSession({ share_id: 'nothing' })],
    ] as [Operation, object, object][]) {
      expect(await strange(operation, there)).toBe(await strange(operation, not));
    }
    const own = (await host.request('term', as('user-9'))).id;
    const other = { session_id: own, share_id: made.id };
    const none = { session_id: own, share_id: 'nothing' };
    expect(await strange(RevokeShare, other)).toBe(await strange(RevokeShare, none));
    expect(await strange(RevokeShare, other)).toContain('ShareUnknown');
  });

  it('is no administrator either: they share nobody’s session but their own', async () => {
    const reply = await ask(ShareSession, inSession(), asked('admin', { signInId: 'x' }));
    expect(reply).toMatchObject(rejects('SessionUnknown'));
  });
});
