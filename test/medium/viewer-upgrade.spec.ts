// Goal: nobody gets a WebSocket to a session without the right Origin and an unspent ticket, and a
// failed upgrade leaves nothing behind. Method: a real HTTP server, real sockets, a fake RFB server.
import type { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  revoked,
  type RuntimeEndpoint,
  type TicketAnswer,
  type ViewerGrant,
} from '#services/gateway/viewer/viewer-proxy.js';
import { until } from '#test/support/waits.js';
import {
  askUpgrade,
  closeOf,
  connectViewer,
  deferred,
  openViewer,
  startGateway,
  startSilentTarget,
  startTarget,
  type Gateway,
  type Target,
} from './viewer-harness.js';

let target: Target;
let gateway: Gateway;

beforeEach(async () => {
  target = await startTarget();
  gateway = await startGateway();
});
afterEach(async () => {
  await gateway.stop();
  await target.stop();
});

async function replaceGateway(settings: Parameters<typeof startGateway>[0]) {
  await gateway.stop();
  gateway = await startGateway(settings);
}

const code = ({ body }: { body: string }) => (JSON.parse(body) as { code: string }).code;
const offer = (ticket: string) => `binary, ticket.${ticket}`;

describe('the ticket matrix', () => {
  it.each([
    ['no Origin', 403, () => ({ origin: undefined })],
    ['a foreign Origin', 403, () => ({ origin: 'https://evil.example' })],
    ['an Origin that ends like ours', 403, () => ({ origin: `http://evil.${gateway.origin}` })],
    ['Origin null', 403, () => ({ origin: 'null' })],
    ['no ticket', 401, () => ({ protocols: 'binary' })],
    ['a ticket of another session', 401, () => ({ sessionId: 'session-2' })],
    ['a good ticket', 101, () => ({})],
  ])('answers %s with %d', async (_what, status, changes) => {
    const protocols = offer(gateway.tickets.issue(target.unix));
    const answer = await askUpgrade(gateway, { origin: gateway.origin, protocols, ...changes() });
    expect(answer.status).toBe(status);
  });

  it('answers the second use of a ticket with 401', async () => {
    const asking = { origin: gateway.origin, protocols: offer(gateway.tickets.issue(target.unix)) };
    expect((await askUpgrade(gateway, asking)).status).toBe(101);
    expect((await askUpgrade(gateway, asking)).status).toBe(401);
  });

  it('opens one viewer when a ticket is used many times at once', async () => {
    const asking = { origin: gateway.origin, protocols: offer(gateway.tickets.issue(target.unix)) };
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => askUpgrade(gateway, asking)),
    );
    expect(answers.filter(({ status }) => status === 101)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(9);
  });

  it('answers 401 after the sign-in that asked for the ticket has ended', async () => {
    const protocols = offer(gateway.tickets.issue(target.unix));
    gateway.tickets.signOut('sign-in-1');
    const answer = await askUpgrade(gateway, { origin: gateway.origin, protocols });
    expect([answer.status, code(answer)]).toEqual([401, 'TicketInvalid']);
  });

  it('answers 409 when the grant has expired', async () => {
    const protocols = offer(gateway.tickets.issue(target.unix, { expiresAt: Date.now() - 1 }));
    const answer = await askUpgrade(gateway, { origin: gateway.origin, protocols });
    expect([answer.status, code(answer)]).toEqual([409, 'SessionExpired']);
  });

  it('spends no ticket on a foreign Origin or without the subprotocol binary', async () => {
    const ticket = gateway.tickets.issue(target.unix);
    const { origin } = gateway;
    await askUpgrade(gateway, { origin: 'https://evil.example', protocols: offer(ticket) });
    const bare = await askUpgrade(gateway, { origin, protocols: `ticket.${ticket}` });
    expect([bare.status, code(bare)]).toEqual([400, 'SubprotocolMissing']);
    expect((await askUpgrade(gateway, { origin, protocols: offer(ticket) })).status).toBe(101);
  });
});

describe('an accepted upgrade', () => {
  it('selects binary, never echoes the ticket and takes no compression', async () => {
    const protocols = offer(gateway.tickets.issue(target.unix));
    const { headers } = await askUpgrade(gateway, { origin: gateway.origin, protocols });
    expect(headers['sec-websocket-protocol']).toBe('binary');
    expect(headers['sec-websocket-extensions']).toBeUndefined();
  });

  it('comes only after the target has accepted', async () => {
    const viewer = await connectViewer(gateway, gateway.tickets.issue(target.tcp));
    expect(target.sockets).toHaveLength(1);
    viewer.terminate();
  });
});

describe('a refused upgrade', () => {
  it('leaves the ticket in no log line, not even through an error of the port', async () => {
    await replaceGateway({
      ports: {
        redeem: ({ ticket }) => Promise.reject(new Error(`no row where ticket = ${ticket}`)),
      },
    });
    const ticket = gateway.tickets.issue(target.unix);
    const answer = await askUpgrade(gateway, { origin: gateway.origin, protocols: offer(ticket) });
    expect([answer.status, code(answer)]).toEqual([503, 'TicketNotChecked']);
    expect(answer.body).not.toContain('no row');
    expect(gateway.log.join('\n')).toContain('no row where ticket = [ticket]');
    expect(gateway.log.join('\n')).not.toContain(ticket);
  });

  it('is 502 when the session does not accept, and does not tell where it is', async () => {
    const nowhere = { kind: 'unix', path: '/nonexistent/rfb.sock' } as const;
    const protocols = offer(gateway.tickets.issue(nowhere));
    const answer = await askUpgrade(gateway, { origin: gateway.origin, protocols });
    expect([answer.status, code(answer)]).toEqual([502, 'SessionUnreachable']);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(answer.body).not.toContain('nonexistent');
  });

  it('is 503 when the port never answers', async () => {
    await replaceGateway({
      limits: { upgradeMs: 150 },
      ports: { redeem: () => new Promise(() => undefined) },
    });
    const protocols = offer(gateway.tickets.issue(target.unix));
    const answer = await askUpgrade(gateway, { origin: gateway.origin, protocols });
    expect([answer.status, code(answer)]).toEqual([503, 'UpgradeTimedOut']);
    expect(gateway.proxy.stats()).toMatchObject({ open: 0, upgrading: 0 });
  });

  it('is 400 when the client talks before the answer', async () => {
    const pending = deferred<TicketAnswer>();
    await replaceGateway({ ports: { redeem: () => pending.promise } });
    const viewer = openViewer(gateway, gateway.tickets.issue(target.unix));
    const answered = new Promise((resolve) =>
      viewer.once('unexpected-response', (_request, response) => resolve(response.statusCode)),
    );
    await until('the upgrade waits', () => gateway.proxy.stats().upgrading === 1);
    (viewer as unknown as { _req: { socket: Socket } })._req.socket.write('too soon');
    expect(await answered).toBe(400);
    viewer.on('error', () => undefined).terminate();
  });

  it('is 429 when a session has too many viewers, also at once', async () => {
    await replaceGateway({ limits: { viewersPerSessionMax: 2 } });
    const asked = ['ann', 'bob', 'cy', 'di'].map((userId) => tryToOpen({ userId }));
    expect((await Promise.all(asked)).toSorted((a, b) => a - b)).toEqual([101, 101, 429, 429]);
    expect(gateway.proxy.stats().refused).toEqual({ SessionViewersFull: 2 });
  });

  it('is 429 when a user has too many viewers, also at once', async () => {
    await replaceGateway({ limits: { viewersPerUserMax: 2 } });
    const asked = ['ann', 'ann', 'ann', 'bob'].map((userId) => tryToOpen({ userId }));
    expect((await Promise.all(asked)).toSorted((a, b) => a - b)).toEqual([101, 101, 101, 429]);
    expect(gateway.proxy.stats().refused).toEqual({ UserViewersFull: 1 });
  });
});

it('a refused upgrade gives its seat back', async () => {
  await replaceGateway({ limits: { viewersPerSessionMax: 1 } });
  const nowhere = { kind: 'unix', path: '/nonexistent/rfb.sock' } as const;
  const ask = (endpoint: RuntimeEndpoint) =>
    askUpgrade(gateway, {
      origin: gateway.origin,
      protocols: offer(gateway.tickets.issue(endpoint)),
    });
  expect((await ask(nowhere)).status).toBe(502);
  expect((await ask(target.unix)).status).toBe(101);
});

describe('a client that goes away', () => {
  it('while its ticket is checked reaches no target', async () => {
    const pending = deferred<TicketAnswer>();
    await replaceGateway({ ports: { redeem: () => pending.promise } });
    const viewer = openViewer(gateway, gateway.tickets.issue(target.unix));
    viewer.on('error', () => undefined);
    await until('the upgrade waits', () => gateway.proxy.stats().upgrading === 1);
    viewer.terminate();
    await until('the upgrade is dropped', () => gateway.proxy.stats().upgrading === 0);
    pending.resolve(await grantOf(gateway, target));
    await new Promise((resolve) => setImmediate(resolve));
    expect(target.sockets).toHaveLength(0);
    expect(gateway.proxy.stats().refused).toEqual({ ClientVanished: 1 });
  });

  it('while a silent target is dialled leaves no socket', async () => {
    const silent = await startSilentTarget();
    await replaceGateway({ limits: { dialMs: 30_000 } });
    const viewer = openViewer(gateway, gateway.tickets.issue(silent));
    viewer.on('error', () => undefined);
    await until('the upgrade waits', () => gateway.proxy.stats().upgrading === 1);
    viewer.terminate();
    await until('the upgrade is dropped', () => gateway.proxy.stats().upgrading === 0);
    expect(gateway.proxy.stats().refused).toEqual({ ClientVanished: 1 });
  });
});

it('a target that never accepts is given up with 502', async () => {
  const silent = await startSilentTarget();
  await replaceGateway({ limits: { dialMs: 200 } });
  const protocols = offer(gateway.tickets.issue(silent));
  const answer = await askUpgrade(gateway, { origin: gateway.origin, protocols });
  expect(answer.status).toBe(502);
  expect(gateway.log.join()).toContain('no answer in 200 ms');
});

describe('a revocation in the middle of an upgrade', () => {
  it('refuses a grant that was still on its way', async () => {
    const pending = deferred<TicketAnswer>();
    await replaceGateway({ ports: { redeem: () => pending.promise } });
    const asked = askUpgrade(gateway, {
      origin: gateway.origin,
      protocols: offer(gateway.tickets.issue(target.unix)),
    });
    await until('the upgrade waits', () => gateway.proxy.stats().upgrading === 1);
    gateway.proxy.revoke(({ userId }) => userId === 'ann', revoked);
    pending.resolve(await grantOf(gateway, target));
    const answer = await asked;
    expect([answer.status, code(answer)]).toEqual([403, 'AccessWithdrawn']);
    expect(target.sockets).toHaveLength(0);
  });

  it('leaves other grants alone', async () => {
    const pending = deferred<TicketAnswer>();
    await replaceGateway({ ports: { redeem: () => pending.promise } });
    const asked = askUpgrade(gateway, {
      origin: gateway.origin,
      protocols: offer(gateway.tickets.issue(target.unix)),
    });
    await until('the upgrade waits', () => gateway.proxy.stats().upgrading === 1);
    gateway.proxy.revoke(({ userId }) => userId === 'bob', revoked);
    pending.resolve(await grantOf(gateway, target));
    expect((await asked).status).toBe(101);
  });

  it('refuses while the target is dialled', async () => {
    const silent = await startSilentTarget();
    const protocols = offer(gateway.tickets.issue(silent));
    const asked = askUpgrade(gateway, { origin: gateway.origin, protocols });
    await until('a seat is taken', () => gateway.proxy.revoke(() => true, revoked) === 1);
    const answer = await asked;
    expect([answer.status, code(answer)]).toEqual([403, 'AccessWithdrawn']);
  });
});

it('a draining gateway answers 503, to upgrades under way too', async () => {
  const pending = deferred<TicketAnswer>();
  await replaceGateway({ ports: { redeem: () => pending.promise } });
  const asking = { origin: gateway.origin, protocols: offer(gateway.tickets.issue(target.unix)) };
  const asked = askUpgrade(gateway, asking);
  await until('the upgrade waits', () => gateway.proxy.stats().upgrading === 1);
  await gateway.proxy.drain(1_000);
  expect(code(await asked)).toBe('GatewayDraining');
  expect(code(await askUpgrade(gateway, asking))).toBe('GatewayDraining');
});

it('a port that throws does not break the viewer', async () => {
  const opened = () => {
    throw new Error('audit is down');
  };
  await replaceGateway({ ports: { opened } });
  const viewer = await connectViewer(gateway, gateway.tickets.issue(target.unix));
  expect(gateway.log.join()).toContain('audit is down');
  const closed = closeOf(viewer);
  viewer.close();
  expect((await closed).code).toBe(1005);
});

/** Opens a viewer that stays, and resolves with the status of the answer. */
function tryToOpen(changes: Partial<ViewerGrant>): Promise<number> {
  return new Promise((resolve) => {
    const viewer = openViewer(gateway, gateway.tickets.issue(target.unix, changes));
    viewer.on('error', () => undefined);
    viewer.once('open', () => resolve(101));
    viewer.once('unexpected-response', (_request, { statusCode }) => resolve(statusCode ?? 0));
  });
}

async function grantOf(from: Gateway, at: Target): Promise<TicketAnswer> {
  return from.tickets.redeem({ sessionId: 'session-1', ticket: from.tickets.issue(at.unix) });
}
