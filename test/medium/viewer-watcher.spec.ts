// Goal: whoever only watches can't do anything to a desktop, whatever they send; not even be noticed by it.
// Method: a hostile viewer in mode view in front of a real Xtigervnc, with a tap on the way that keeps every byte that
// reaches the desktop; a second client on the desktop itself looks at what became of it.
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as rest } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { WebSocket } from 'ws';
import { RfbClient } from '#test/support/rfb-client.js';
import { openTap } from '#test/support/tapped-socket.js';
import { until } from '#test/support/waits.js';
import { startXDesktop } from '#test/support/x-desktop.js';
import {
  closeOf,
  connectViewer,
  type Gateway,
  HANDSHAKE,
  startGateway,
  UPDATE_REQUEST,
} from './viewer-harness.js';

const PATIENCE_MS = 30_000;
/** A terminal that has drawn nothing new for so many looks has drawn all that it has to. */
const STILL_LOOKS = 10;
const LOOK_MS = 50;
const SIZE = { width: 320, height: 200 };
const u16 = (value: number) => [value >> 8, value & 255];
const u32 = (value: number) => [...u16(value >>> 16), ...u16(value & 0xffff)];
const text = [...Buffer.from('rm -rf ~\n')];

const key = Buffer.from([4, 1, 0, 0, ...u32(0x6f)]);
const pointer = Buffer.from([5, 1, ...u16(100), ...u16(50)]);
const clipboard = Buffer.from([6, 0, 0, 0, ...u32(text.length), ...text]);
const extendedClipboard = Buffer.from([
  6,
  0,
  0,
  0,
  ...u32(-8 >>> 0),
  ...u32(0x10000001),
  1,
  2,
  3,
  4,
]);
const resize = Buffer.from([
  ...[251, 0, ...u16(640), ...u16(480), 1, 0],
  ...[...u32(1), ...u16(0), ...u16(0), ...u16(640), ...u16(480), ...u32(0)],
]);
const qemuKey = Buffer.from([255, 0, ...u16(1), ...u32(0x6f), ...u32(24)]);
const powerOff = Buffer.of(250, 0, 1, 2);
const HOSTILE = { key, pointer, clipboard, extendedClipboard, resize, qemuKey, powerOff };

let desktop: Awaited<ReturnType<typeof startXDesktop>>;
let tap: Awaited<ReturnType<typeof openTap>>;
let gateway: Gateway;
let witness: RfbClient;

beforeEach(async () => {
  desktop = await startXDesktop(SIZE);
  const path = join(desktop.folder, 'tapped.sock');
  tap = await openTap(path, desktop.path);
  gateway = await startGateway();
  witness = await RfbClient.connect({ kind: 'unix', path: desktop.path });
  await until('xterm is on the screen', async () => {
    await witness.nextUpdate();
    return new Set(witness.pixels.values()).size > 1;
  });
});
afterEach(async () => {
  witness?.close();
  await gateway?.stop();
  tap?.close();
  await desktop?.close();
});

const watch = (): Promise<WebSocket> => {
  const path = join(desktop.folder, 'tapped.sock');
  const grant = { mode: 'view', shareId: 'share-1' } as const;
  return connectViewer(gateway, gateway.tickets.issue({ kind: 'unix', path }, grant));
};

/** What the desktop shows, once it stays the same. */
async function picture(): Promise<string> {
  let last = '';
  let same = 0;
  const isStill = async (): Promise<boolean> => {
    await rest(LOOK_MS);
    await witness.nextUpdate();
    const now = witness.pixels.toString('base64');
    same = now === last ? same + 1 : 0;
    last = now;
    return same >= STILL_LOOKS;
  };
  await until('the picture is still', isStill, PATIENCE_MS);
  return last;
}

const reached = (bytes: Buffer) =>
  until('it all went through', () => tap.sent().length >= bytes.length && tap.sent());

describe('a hostile watcher', () => {
  it('sends keys, clicks, clipboards, sizes and switches: not a byte of it reaches the desktop', async () => {
    const before = await picture();
    const viewer = await watch();
    viewer.send(HANDSHAKE);
    for (const message of Object.values(HOSTILE)) viewer.send(message);
    // Cut anywhere, and all in one.
    const all = Buffer.concat([...Object.values(HOSTILE), UPDATE_REQUEST]);
    for (const byte of all) viewer.send(Buffer.of(byte));
    viewer.send(all);
    const harmless = Buffer.concat([HANDSHAKE, UPDATE_REQUEST, UPDATE_REQUEST]);
    expect(await reached(harmless)).toEqual(harmless);
    expect(gateway.proxy.stats().inputMessagesDropped).toBe(3 * Object.keys(HOSTILE).length);
    expect(await picture()).toBe(before);
    expect({ width: witness.width, height: witness.height }).toEqual(SIZE);
    expect([tap.sent(), witness.clipboard, gateway.inputs]).toEqual([harmless, '', []]);
  });

  it('is thrown out for a message that nobody knows, and nothing of what it sent with it arrives', async () => {
    for (const unknown of [1, 7, 99, 128, 249, 252]) {
      const viewer = await watch();
      const before = tap.sent();
      const closed = closeOf(viewer);
      viewer.send(Buffer.concat([HANDSHAKE, Buffer.of(unknown, 0, 0, 0), key, pointer]));
      expect((await closed).code).toBe(1008);
      expect([before.length, before.length + HANDSHAKE.length]).toContain(tap.sent().length);
    }
  });

  it('hides keys in what may be as long as it likes, and finds them dropped with it', async () => {
    const before = await picture();
    const viewer = await watch();
    const noise = Buffer.concat([randomBytes(20_000), key, pointer, key]);
    viewer.send(HANDSHAKE);
    viewer.send(Buffer.from([6, 0, 0, 0, ...u32(noise.length)]));
    viewer.send(noise);
    viewer.send(UPDATE_REQUEST);
    const harmless = Buffer.concat([HANDSHAKE, UPDATE_REQUEST]);
    expect(await reached(harmless)).toEqual(harmless);
    expect(await picture()).toBe(before);
  });
});

describe('a viewer with control', () => {
  it('does all that: so the desktop would have heard it', async () => {
    const path = join(desktop.folder, 'tapped.sock');
    const ticket = gateway.tickets.issue({ kind: 'unix', path }, { mode: 'control' });
    const viewer = await connectViewer(gateway, ticket);
    const before = await picture();
    viewer.send(HANDSHAKE);
    // Until xterm has the focus.
    const obeys = async (): Promise<boolean> => {
      viewer.send(Buffer.concat([pointer, key]));
      await witness.nextUpdate();
      return witness.pixels.toString('base64') !== before;
    };
    await until('the desktop obeys', obeys, PATIENCE_MS);
    viewer.send(resize);
    witness.requestUpdate(true);
    await until('it has its other size', () => witness.width === 640);
    expect(gateway.proxy.stats().inputMessagesDropped).toBe(0);
  });
});
