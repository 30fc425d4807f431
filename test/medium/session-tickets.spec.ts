// Goal: a viewer ticket opens one running session once, for a short time, and nothing else.
// Method: the real session service on SQLite files, asked over the in-process bus with a clock that can be moved.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { IssueViewerTicket, RedeemViewerTicket, StopSession } from '#shared/contracts/session.js';
import { recordedEvents } from '#shared/es/recorded-events.js';
import type { RequestContext } from '#shared/es/operation.js';
import { asked } from '#test/support/catalog-host.js';
import { MemoryRuntimeDriver } from '#test/support/memory-runtime-driver.js';
import { openSessionHost, resultIn, type SessionHost } from '#test/support/session-host.js';

let driver: MemoryRuntimeDriver;
let host: SessionHost;
let aheadMs = 0;
let sessionId: string;
const now = () => new Date(Date.now() + aheadMs);
const signedIn = (over: Partial<RequestContext> = {}) =>
  asked('user', { signInId: 'sign-in-1', ...over });

beforeEach(async () => {
  aheadMs = 0;
  driver = new MemoryRuntimeDriver();
  host = await openSessionHost({ driver, now });
  await host.register('term');
  sessionId = (await host.request('term')).id;
  await host.reaches(sessionId, 'running');
});
afterEach(() => host.close());

const issue = (
  context = signedIn(),
  session_id = sessionId,
  mode: 'control' | 'view' = 'control',
) => host.bus.request(IssueViewerTicket, { session_id, mode }, context);
const redeem = (ticket: string, session_id = sessionId) =>
  host.bus.request(RedeemViewerTicket, { session_id, ticket }, asked('system', { ip: '10.1.1.1' }));
const REFUSED = { kind: 'rejected', code: 'TicketRefused' };

async function refusals() {
  const { commits } = await host.log.read({ after: 0, services: ['session'] });
  return commits
    .flatMap((commit) => recordedEvents(commit))
    .filter(({ type }) => type === 'AttemptRefused');
}

describe('a viewer ticket', () => {
  it('gives the gateway all that it needs to connect', async () => {
    const askedAt = Date.now();
    const issued = resultIn(await issue(signedIn(), sessionId, 'view'));
    expect(issued.url).toBe(`/api/sessions/${sessionId}/viewer`);
    expect(Buffer.from(issued.ticket, 'base64url')).toHaveLength(32);
    const issuedAt = Date.parse(issued.expires_at) - 30_000;
    expect(issuedAt).toBeGreaterThanOrEqual(askedAt);
    expect(issuedAt).toBeLessThanOrEqual(Date.now());
    const { expires_at } = await host.find(sessionId);
    expect(resultIn(await redeem(issued.ticket))).toEqual({
      session_id: sessionId,
      ...{ user_id: 'user-1', owner_id: 'user-1', share_id: null, share_expires_at: null },
      sign_in_id: 'sign-in-1',
      mode: 'view',
      endpoint: { kind: 'unix', path: `/run/${sessionId}.sock` },
      expires_at,
    });
  });

  it('lets exactly one of twenty in who come at the same moment', async () => {
    const { ticket } = resultIn(await issue());
    const replies = await Promise.all(Array.from({ length: 20 }, () => redeem(ticket)));
    expect(replies.filter(({ kind }) => kind === 'done')).toHaveLength(1);
    const refused = replies.filter(({ kind }) => kind === 'rejected');
    for (const reply of refused) expect(reply).toMatchObject(REFUSED);
    expect(await refusals()).toHaveLength(19);
  });

  it("has its second use put on record in its user's name", async () => {
    const { ticket } = resultIn(await issue());
    await redeem(ticket);
    expect(await redeem(ticket)).toMatchObject(REFUSED);
    const [refused] = await refusals();
    expect(refused?.cloud).toMatchObject({
      actor: 'user-1',
      data: { operation: 'RedeemViewerTicket', resourceId: sessionId, code: 'TicketRefused' },
    });
  });

  it('leaves no trace of guesses, whatever the session', async () => {
    const guess = Buffer.alloc(32, 7).toString('base64url');
    expect(await redeem(guess)).toMatchObject(REFUSED);
    expect(await redeem(guess, 'no-such-session')).toMatchObject(REFUSED);
    expect(await refusals()).toEqual([]);
  });

  it('is in the log as a hash only', async () => {
    const { ticket } = resultIn(await issue());
    await redeem(ticket);
    await redeem(ticket);
    const { commits } = await host.log.read({ after: 0 });
    expect(JSON.stringify(commits)).not.toContain(ticket);
  });

  it('is worth nothing after thirty seconds', async () => {
    const { ticket } = resultIn(await issue());
    aheadMs = 30_000;
    expect(await redeem(ticket)).toMatchObject(REFUSED);
  });

  it('is worth nothing for another session, and stays good for its own', async () => {
    const other = await host.request('term');
    await host.reaches(other.id, 'running');
    const { ticket } = resultIn(await issue());
    expect(await redeem(ticket, other.id)).toMatchObject(REFUSED);
    expect(await redeem(ticket)).toMatchObject({ kind: 'done' });
  });

  it('is worth nothing once the session has ended', async () => {
    const { ticket } = resultIn(await issue());
    await host.bus.request(StopSession, { session_id: sessionId }, asked('user'));
    expect(await redeem(ticket)).toMatchObject({ kind: 'rejected', code: 'SessionNotRunning' });
    expect(await issue()).toMatchObject({ kind: 'rejected', code: 'SessionNotRunning' });
  });

  it("is for the session's own user, signed in", async () => {
    const stranger = signedIn({ actor: { id: 'user-2', role: 'user' } });
    const unknown = { kind: 'rejected', code: 'SessionUnknown' };
    expect(await issue(stranger)).toMatchObject(unknown);
    expect(await issue(asked('admin', { signInId: 'sign-in-2' }))).toMatchObject(unknown);
    expect(await issue(asked('user'))).toMatchObject({ kind: 'rejected', code: 'SignInRequired' });
  });

  it('is for the gateway to redeem', async () => {
    const { ticket } = resultIn(await issue());
    const data = { session_id: sessionId, ticket };
    const reply = await host.bus.request(RedeemViewerTicket, data, signedIn());
    expect(reply).toMatchObject({ kind: 'rejected', code: 'Forbidden' });
  });
});

describe('a repeated request for a ticket', () => {
  it('is answered with the same ticket, which still opens once', async () => {
    const context = signedIn();
    const first = resultIn(await issue(context));
    aheadMs = 5_000;
    expect(resultIn(await issue(context))).toEqual(first);
    expect(await redeem(first.ticket)).toMatchObject({ kind: 'done' });
    expect(await redeem(first.ticket)).toMatchObject(REFUSED);
  });

  it('gets the same ticket again after a restart, as it would at another replica', async () => {
    const context = signedIn();
    const first = resultIn(await issue(context));
    await host.leave();
    host = await openSessionHost({ driver, now, folder: host.folder });
    await host.tells(sessionId, 'RuntimeAdopted');
    expect(resultIn(await issue(context))).toEqual(first);
    expect(await redeem(first.ticket)).toMatchObject({ kind: 'done' });
  });
});
