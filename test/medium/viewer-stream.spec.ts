// Goal: an open viewer carries every byte in order, and holds little for a slow side.
// Method: a real HTTP server and real sockets; a fake RFB server says and hears what the test needs.
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { WebSocket } from 'ws';
import { describe, expect, it } from 'vitest';
import { until } from '#test/support/waits.js';
import {
  HANDSHAKE,
  KEY_PRESS,
  KIB,
  MIB,
  UPDATE_REQUEST,
  heard,
  openViewer,
  viewerStage,
  writeUntilBlocked,
  type Pair,
} from './viewer-harness.js';

/** Long enough that keys which are sent at once are in one. */
const INTERVAL_MS = 500;
const LARGEST_READ = 256 * KIB + 16;
const stage = viewerStage();

/** Counts and hashes what a viewer receives. */
function received(viewer: WebSocket) {
  const hash = createHash('sha256');
  const seen = { bytes: 0, digest: () => hash.digest('hex') };
  viewer.on('message', (data: Buffer) => {
    seen.bytes += data.length;
    hash.update(data);
  });
  return seen;
}

const sha256 = (...parts: Buffer[]) =>
  parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest('hex');

describe('bytes from the target', () => {
  it('arrive complete and in order, in reads of every size', async () => {
    const { viewer, server } = await stage.open();
    const seen = received(viewer);
    const parts = [1, 125, 126, 20, 65_535, 65_536, 3 * MIB, 7, 300 * KIB, 20 * MIB].map((size) =>
      randomBytes(size),
    );
    for (const part of parts) if (!server.write(part)) await once(server, 'drain');
    const total = parts.reduce((sum, part) => sum + part.length, 0);
    await until('all bytes arrive', () => seen.bytes === total);
    expect(seen.digest()).toBe(sha256(...parts));
  });

  it('said before the upgrade is answered are not lost', async () => {
    await stage.replaceTarget((socket) => socket.write('RFB 003.008\n'));
    const viewer = openViewer(stage.gateway, stage.gateway.tickets.issue(stage.target.unix));
    const [greeting] = (await once(viewer, 'message')) as [Buffer];
    expect(String(greeting)).toBe('RFB 003.008\n');
  });

  it('are not read for a viewer that does not read, and flow again when it does', async () => {
    const { viewer, server } = await stage.open();
    const seen = received(viewer);
    viewer.pause();
    const chunk = Buffer.alloc(MIB, 1);
    const written = await writeUntilBlocked(server, chunk, 200 * MIB);
    expect(written).toBeLessThan(40 * MIB);
    expect(stage.gateway.proxy.stats().heldBytes).toBeGreaterThan(0);
    expect(stage.gateway.proxy.stats().heldBytes).toBeLessThanOrEqual(MIB + LARGEST_READ);
    viewer.resume();
    await until('all bytes arrive', () => seen.bytes === written);
    expect(stage.gateway.proxy.stats().heldBytes).toBe(0);
  });

  it('of all slow viewers together stay under one bound, and still all arrive', async () => {
    await stage.replaceGateway({ limits: { heldBytesMax: 2 * MIB, viewersPerSessionMax: 12 } });
    const pairs: Pair[] = [];
    while (pairs.length < 8) pairs.push(await stage.open());
    for (const { viewer } of pairs) viewer.pause();
    const chunk = Buffer.alloc(MIB, 2);
    const written = await Promise.all(
      pairs.map(({ server }) => writeUntilBlocked(server, chunk, 100 * MIB)),
    );
    expect(stage.gateway.proxy.stats().heldBytes).toBeLessThanOrEqual(2 * MIB + 8 * LARGEST_READ);
    const seen = pairs.map(({ viewer }) => received(viewer));
    for (const { viewer } of pairs) viewer.resume();
    await until('all bytes arrive', () => seen.every(({ bytes }, at) => bytes === written[at]));
    expect(stage.gateway.proxy.stats().heldBytes).toBe(0);
    for (const { viewer } of pairs) viewer.terminate();
  });
});

describe('bytes from the viewer', () => {
  it('arrive complete and in order, however messages are cut', async () => {
    const { viewer, server } = await stage.open();
    const { bytes } = heard(server);
    const stream = Buffer.concat([
      HANDSHAKE,
      ...Array.from({ length: 20_000 }, (_, at) => (at % 3 === 0 ? UPDATE_REQUEST : KEY_PRESS)),
    ]);
    for (let at = 0, size = 1; at < stream.length; at += size, size = (size * 7) % 997) {
      viewer.send(stream.subarray(at, at + size));
    }
    await until('all bytes arrive', () => bytes().length >= stream.length);
    expect(bytes().equals(stream)).toBe(true);
  });

  it('are not read for a target that does not read, and flow again when it does', async () => {
    await stage.replaceTarget((socket) => socket.pause());
    const { viewer, server } = await stage.open();
    viewer.send(HANDSHAKE);
    const block = Buffer.concat(Array.from({ length: 8 * KIB }, () => KEY_PRESS));
    const total = HANDSHAKE.length + 400 * block.length;
    for (let at = 0; at < 400; at += 1) viewer.send(block);
    const moved = () => stage.gateway.proxy.stats().toTargetBytes;
    let last = -1;
    await until('the flow stops', async () => {
      if (moved() === last) return true;
      last = moved();
      await new Promise((resolve) => setTimeout(resolve, 200));
      return false;
    });
    expect(moved()).toBeLessThan(4 * MIB);
    expect(stage.gateway.proxy.stats().heldBytes).toBeLessThanOrEqual(MIB);
    let count = 0;
    server.on('data', (chunk: Buffer) => (count += chunk.length)).resume();
    await until('all bytes arrive', () => count === total);
    expect(stage.gateway.proxy.stats().heldBytes).toBe(0);
  });

  it('are dropped from view-only viewers when they are input', async () => {
    const { viewer, server } = await stage.open({ mode: 'view' });
    const { bytes } = heard(server);
    viewer.send(Buffer.concat([HANDSHAKE, KEY_PRESS, UPDATE_REQUEST, KEY_PRESS, UPDATE_REQUEST]));
    const expected = Buffer.concat([HANDSHAKE, UPDATE_REQUEST, UPDATE_REQUEST]);
    await until('the rest arrives', () => bytes().length >= expected.length);
    expect(bytes()).toEqual(expected);
    expect(stage.gateway.proxy.stats().inputMessagesDropped).toBe(2);
    expect(stage.gateway.inputs).toHaveLength(0);
  });

  it('report input at once and at the end of an interval, and nothing for what a viewer says by itself', async () => {
    await stage.replaceGateway({ limits: { inputReportIntervalMs: INTERVAL_MS } });
    const { viewer, server } = await stage.open();
    const { bytes } = heard(server);
    viewer.send(Buffer.concat([HANDSHAKE, UPDATE_REQUEST]));
    await until('it arrives', () => bytes().length === HANDSHAKE.length + UPDATE_REQUEST.length);
    expect(stage.gateway.inputs).toHaveLength(0);
    for (let at = 0; at < 20; at += 1) viewer.send(KEY_PRESS);
    await until('input is seen', () => stage.gateway.inputs.length > 0);
    await until('the keys arrive', () => bytes().length >= HANDSHAKE.length + 20 * 8);
    await until('the last input of the interval is seen', () => stage.gateway.inputs.length > 1);
    await until(
      'a third interval begins',
      () => Date.now() - stage.gateway.inputs[0]!.at > 2 * INTERVAL_MS,
    );
    expect(stage.gateway.inputs).toHaveLength(2);
    viewer.send(KEY_PRESS);
    await until('input is seen again', () => stage.gateway.inputs.length === 3);
  });

  it('tell of the last input also when the viewer goes before the interval is over', async () => {
    await stage.replaceGateway({ limits: { inputReportIntervalMs: 60_000 } });
    const { viewer, server } = await stage.open();
    const { bytes } = heard(server);
    viewer.send(Buffer.concat([HANDSHAKE, KEY_PRESS]));
    await until('input is seen', () => stage.gateway.inputs.length === 1);
    const [first] = stage.gateway.inputs;
    await until('time has passed', () => Date.now() > (first?.at ?? 0));
    viewer.send(KEY_PRESS);
    await until('it arrives', () => bytes().length === HANDSHAKE.length + 2 * KEY_PRESS.length);
    viewer.close();
    await until('the last is seen', () => stage.gateway.inputs.length === 2);
    expect(stage.gateway.inputs[1]?.at).toBeGreaterThan(first?.at ?? Infinity);
  });
});
