// Goal: a viewer ends by the rules: with the right close code, in time, with no byte lost that counts.
// Method: a real HTTP server and real sockets; a fake RFB server says and hears what the test needs.
import { once } from 'node:events';
import type { WebSocket } from 'ws';
import { describe, expect, it, vi } from 'vitest';
import { VIEWER_LIMITS } from '#services/gateway/viewer/limits.js';
import { revoked, type TicketAnswer } from '#services/gateway/viewer/viewer-proxy.js';
import { until } from '#test/support/waits.js';
import {
  HANDSHAKE,
  KEY_PRESS,
  MIB,
  UPDATE_REQUEST,
  closeOf,
  connectViewer,
  heard,
  openViewer,
  viewerStage,
  writeUntilBlocked,
} from './viewer-harness.js';

const stage = viewerStage();

/** Counts the bytes a viewer receives. */
function received(viewer: WebSocket) {
  const seen = { bytes: 0 };
  viewer.on('message', (data: Buffer) => (seen.bytes += data.length));
  return seen;
}

describe('a viewer that breaks the rules', () => {
  it.each([
    ['a text message', 1008, (viewer: WebSocket) => viewer.send(String(UPDATE_REQUEST))],
    ['an unknown RFB message', 1008, (viewer: WebSocket) => viewer.send(Buffer.of(77))],
    [
      'a message one byte too large',
      1009,
      (viewer: WebSocket) => viewer.send(Buffer.alloc(MIB + 1)),
    ],
    ['65 fragments', 1008, sendFragments],
  ])('by %s is closed with %d, and only what came before reaches the target', async (...row) => {
    const [, code, misbehave] = row;
    const { viewer, server } = await stage.open();
    const { bytes } = heard(server);
    viewer.send(Buffer.concat([HANDSHAKE, UPDATE_REQUEST]));
    await until('it arrives', () => bytes().length === HANDSHAKE.length + UPDATE_REQUEST.length);
    const closed = closeOf(viewer);
    misbehave(viewer);
    viewer.send(KEY_PRESS);
    expect((await closed).code).toBe(code);
    await until('the target is closed', () => server.readableEnded || server.destroyed);
    expect(bytes()).toEqual(Buffer.concat([HANDSHAKE, UPDATE_REQUEST]));
  });

  it('may send one message of exactly the largest size', async () => {
    const { viewer, server } = await stage.open();
    const { bytes } = heard(server);
    viewer.send(HANDSHAKE);
    viewer.send(Buffer.concat(Array.from({ length: MIB / 8 }, () => KEY_PRESS)));
    await until('it arrives', () => bytes().length === HANDSHAKE.length + MIB);
    expect(viewer.readyState).toBe(viewer.OPEN);
  });
});

function sendFragments(viewer: WebSocket): void {
  for (let at = 0; at < 64; at += 1) viewer.send(Buffer.of(3), { fin: false });
  viewer.send(Buffer.of(3), { fin: true });
}

describe('a target that ends', () => {
  it('has everything it said delivered, then 1000', async () => {
    const { viewer, server } = await stage.open();
    const seen = received(viewer);
    const closed = closeOf(viewer);
    server.end(Buffer.alloc(8 * MIB, 3));
    expect((await closed).code).toBe(1000);
    expect(seen.bytes).toBe(8 * MIB);
  });

  it('loses no tail of a slow viewer, 25 times', async () => {
    const tail = 3 * MIB;
    for (let run = 0; run < 25; run += 1) {
      const { viewer, server } = await stage.open();
      const seen = received(viewer);
      const closed = closeOf(viewer);
      viewer.pause();
      server.end(Buffer.alloc(tail, run));
      const step = setInterval(() => {
        viewer.resume();
        setTimeout(() => viewer.pause(), 1);
      }, 5);
      expect((await closed).code).toBe(1000);
      clearInterval(step);
      expect(seen.bytes).toBe(tail);
    }
  });

  it('does not hold a viewer that never reads the rest', async () => {
    await stage.replaceGateway({ limits: { tailStallMs: 200, viewerBytesHigh: 64 * MIB } });
    const { viewer, server } = await stage.open();
    viewer.pause();
    server.end(Buffer.alloc(30 * MIB));
    await until('the viewer is let go', () => stage.gateway.proxy.stats().open === 0);
    await until('nothing is held', () => stage.gateway.proxy.stats().heldBytes === 0);
    expect(stage.gateway.proxy.stats().closed).toEqual({ 1006: 1 });
  });

  it('by a reset closes the viewer with 1011', async () => {
    const viewer = await connectViewer(
      stage.gateway,
      stage.gateway.tickets.issue(stage.target.tcp),
    );
    const server = await until('the target is reached', () => stage.target.sockets[0]);
    const closed = closeOf(viewer);
    server.resetAndDestroy();
    expect((await closed).code).toBe(1011);
  });
});

describe('a viewer that leaves', () => {
  it('has its last input delivered before the target is closed', async () => {
    await stage.replaceGateway({ limits: { targetEndMs: 30_000 } });
    const { viewer, server } = await stage.open();
    // More than the kernel takes, less than what stops the reading of the viewer: it waits in the proxy.
    const keys = Array.from({ length: 50_000 }, () => KEY_PRESS);
    const stream = Buffer.concat([HANDSHAKE, ...keys]);
    const closed = closeOf(viewer);
    viewer.send(stream);
    viewer.close(1000);
    await closed;
    const { bytes } = heard(server);
    await once(server, 'end');
    expect(bytes().length).toBe(stream.length);
  });

  it('leaves no target socket open, even if the target stays', async () => {
    await stage.replaceGateway({ limits: { targetEndMs: 100 } });
    const { viewer, server } = await stage.open();
    server.resume();
    viewer.terminate();
    await once(server, 'end');
    const destroyed = await until('the target is destroyed', () => {
      server.write('still here');
      return server.destroyed;
    });
    expect(destroyed).toBe(true);
  });

  it('gets no data frame after its close frame', async () => {
    const { viewer, server } = await stage.open();
    server.write('first');
    await once(viewer, 'message');
    const feeding = setInterval(() => server.write(Buffer.alloc(64)), 1);
    const closed = closeOf(viewer);
    viewer.close(1000);
    expect((await closed).code).toBe(1000);
    clearInterval(feeding);
    expect(stage.gateway.closed).toEqual([1000]);
  });
});

describe('revoking', () => {
  /** By the deadline for that: all others are of half a minute and more. */
  const REVOKED_MS_MAX = 10_000;

  it('closes matching viewers at once with 4403 and their targets too', async () => {
    // At once, and not when a deadline is over.
    await stage.replaceGateway({ limits: { revokeMs: 60_000 } });
    const ann = await stage.open({ userId: 'ann' });
    const bob = await stage.open({ userId: 'bob' });
    const closed = closeOf(ann.viewer);
    expect(stage.gateway.proxy.revoke(({ userId }) => userId === 'ann', revoked)).toBe(1);
    expect(await closed).toEqual({ code: 4403, reason: revoked.text });
    ann.server.resume();
    await until('its target is closed', () => ann.server.readableEnded || ann.server.destroyed);
    bob.server.write('bob is still here');
    await once(bob.viewer, 'message');
    bob.viewer.terminate();
  });

  it('destroys a stalled viewer within a second', async () => {
    const { viewer, server } = await stage.open();
    viewer.pause();
    await writeUntilBlocked(server, Buffer.alloc(MIB), 100 * MIB);
    expect(VIEWER_LIMITS.revokeMs).toBeLessThan(1_000);
    stage.gateway.proxy.revoke(() => true, revoked);
    await until('it is gone', () => stage.gateway.proxy.stats().open === 0, REVOKED_MS_MAX);
    await until('nothing is held', () => stage.gateway.proxy.stats().heldBytes === 0);
  });

  it('also cuts short a viewer that is still reading an ended target', async () => {
    await stage.replaceGateway({ limits: { viewerBytesHigh: 64 * MIB } });
    const { viewer, server } = await stage.open();
    viewer.pause();
    server.end(Buffer.alloc(30 * MIB));
    await until('all is read', () => stage.gateway.proxy.stats().toViewerBytes === 30 * MIB);
    stage.gateway.proxy.revoke(() => true, revoked);
    await until('it is gone', () => stage.gateway.proxy.stats().open === 0, REVOKED_MS_MAX);
    expect(stage.gateway.closed).toEqual([4403]);
  });

  it('cuts the target off at once, however long the viewer takes', async () => {
    await stage.replaceGateway({ limits: { revokeMs: 60_000 } });
    const { viewer, server } = await stage.open();
    viewer.pause();
    server.resume();
    stage.gateway.proxy.revoke(() => true, revoked);
    await until('the target is closed', () => server.readableEnded || server.destroyed);
    expect(stage.gateway.proxy.stats().open).toBe(1);
  });

  it('lets no further input through', async () => {
    const { viewer, server } = await stage.open();
    const { bytes } = heard(server);
    viewer.send(HANDSHAKE);
    await until('the handshake arrives', () => bytes().length === HANDSHAKE.length);
    const closed = closeOf(viewer);
    stage.gateway.proxy.revoke(() => true, revoked);
    viewer.send(KEY_PRESS);
    await closed;
    await until('the target is closed', () => server.readableEnded || server.destroyed);
    expect(bytes()).toHaveLength(HANDSHAKE.length);
    expect(stage.gateway.inputs).toHaveLength(0);
  });
});

describe('an expiring grant', () => {
  /** A viewer is open by then, however busy the machine is; one that is not is refused. */
  const OPENING_MS_MAX = 2_000;
  const TIMER_EARLY_MS = 10;

  it('closes the viewer with 4410 at its time', async () => {
    const expiresAt = Date.now() + OPENING_MS_MAX;
    const { viewer } = await stage.open({ expiresAt });
    expect((await closeOf(viewer)).code).toBe(4410);
    expect(Date.now()).toBeGreaterThanOrEqual(expiresAt - TIMER_EARLY_MS);
  });

  it('can be prolonged, and is then kept until the new time', async () => {
    const expiresAt = Date.now() + OPENING_MS_MAX;
    const { viewer } = await stage.open({ expiresAt });
    const closed = closeOf(viewer);
    expect(stage.gateway.proxy.prolong(({ userId }) => userId === 'ann', expiresAt + 400)).toBe(1);
    expect((await closed).code).toBe(4410);
    expect(Date.now()).toBeGreaterThanOrEqual(expiresAt + 400 - TIMER_EARLY_MS);
  });

  it('can be prolonged while it is on its way', async () => {
    let give: (answer: TicketAnswer) => void = () => undefined;
    const redeem = () => new Promise<TicketAnswer>((resolve) => (give = resolve));
    await stage.replaceGateway({ ports: { redeem } });
    const { proxy, tickets } = stage.gateway;
    // Over already when the grant comes, but for the prolongation.
    const expiresAt = Date.now() - 1;
    const ticket = tickets.issue(stage.target.unix, { expiresAt });
    const closed = closeOf(openViewer(stage.gateway, ticket));
    await until('the upgrade waits', () => proxy.stats().upgrading === 1);
    const prolonged = Date.now() + OPENING_MS_MAX;
    expect(proxy.prolong(({ userId }) => userId === 'ann', prolonged)).toBe(0);
    give(await tickets.redeem({ sessionId: 'session-1', ticket }));
    expect((await closed).code).toBe(4410);
    expect(Date.now()).toBeGreaterThanOrEqual(prolonged - TIMER_EARLY_MS);
  });

  it('far in the future does not fire at once', async () => {
    const warned = vi.fn<() => void>();
    process.on('warning', warned);
    const { viewer, server } = await stage.open({ expiresAt: Date.now() + 2 ** 33 });
    server.write('hello');
    await once(viewer, 'message');
    process.off('warning', warned);
    expect(warned).not.toHaveBeenCalled();
    expect(stage.gateway.proxy.stats().open).toBe(1);
  });
});

describe('draining', () => {
  it('closes every viewer with 1013 and resolves when they are gone', async () => {
    const pairs = [await stage.open(), await stage.open(), await stage.open()];
    const closes = pairs.map(({ viewer }) => closeOf(viewer));
    await stage.gateway.proxy.drain(5_000);
    expect((await Promise.all(closes)).map(({ code }) => code)).toEqual([1013, 1013, 1013]);
    expect(stage.gateway.proxy.stats().open).toBe(0);
  });

  it('does not wait longer than its deadline for a stalled viewer', async () => {
    await stage.replaceGateway({ limits: { closeMs: 60_000 } });
    const { viewer, server } = await stage.open();
    viewer.pause();
    await writeUntilBlocked(server, Buffer.alloc(MIB), 100 * MIB);
    let isDrained = false;
    const drains = [stage.gateway.proxy.drain(300), stage.gateway.proxy.drain(300)];
    void Promise.all(drains).then(() => (isDrained = true));
    await until('the drain ends', () => isDrained);
    expect(stage.gateway.proxy.stats().open).toBe(0);
  });
});
