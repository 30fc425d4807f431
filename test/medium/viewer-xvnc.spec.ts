// Goal: a real desktop is seen and driven through the proxy, and a view-only viewer cannot drive it.
// Method: Xtigervnc on a unix socket, RFB spoken by hand over a WebSocket, the pixels are the proof: a
// key typed by a controlling viewer changes the picture of xterm, the same key of a view-only one does not.
import { spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WebSocket } from 'ws';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RuntimeEndpoint } from '#services/gateway/viewer/viewer-proxy.js';
import { until } from '#test/support/waits.js';
import { HANDSHAKE, openViewer, startGateway, type Gateway } from './viewer-harness.js';

const WIDTH = 320;
const HEIGHT = 200;
const FRAME_BYTES = WIDTH * HEIGHT * 4;

let folder: string;
let xvnc: ChildProcess;
let xterm: ChildProcess;
let gateway: Gateway;
let desktop: RuntimeEndpoint;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sortie-xvnc-'));
  const path = join(folder, 'rfb.sock');
  desktop = { kind: 'unix', path };
  const args = `-displayfd 3 -geometry ${WIDTH}x${HEIGHT} -depth 24 -rfbport -1 -rfbunixpath ${path}`;
  const rest = '-rfbunixmode 0600 -SecurityTypes None -AlwaysShared -nolisten tcp -nolisten local';
  xvnc = spawn('Xtigervnc', `${args} ${rest} -noreset`.split(' '), {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  const display = await new Promise<string>((resolve, reject) => {
    xvnc.once('error', reject);
    xvnc.stdio[3]?.once('data', (text) => resolve(`:${String(text).trim()}`));
  });
  // cat echoes what is typed; a still cursor keeps the picture the same while nobody types.
  xterm = spawn('xterm', ['-bc', '-bcf', '0', '-geometry', '60x20+0+0', '-e', 'cat'], {
    stdio: 'ignore',
    env: { ...process.env, DISPLAY: display },
  });
  gateway = await startGateway();
});

afterAll(async () => {
  await gateway?.stop();
  xterm?.kill('SIGKILL');
  xvnc?.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true });
});

const u16 = (value: number) => [value >> 8, value & 255];
const RAW_ONLY = Buffer.of(2, 0, 0, 1, 0, 0, 0, 0);
const wholeFrame = Buffer.of(3, 0, 0, 0, 0, 0, ...u16(WIDTH), ...u16(HEIGHT));
const type = (letter: string) =>
  Buffer.concat([1, 0].map((down) => Buffer.of(4, down, 0, 0, 0, 0, 0, letter.charCodeAt(0))));
const pointAt = (x: number, y: number) => Buffer.of(5, 0, ...u16(x), ...u16(y));

function require(isSo: boolean, what: string): void {
  if (!isSo) throw new Error(`It is not so that ${what}.`);
}

/** Speaks RFB 3.8 by hand and keeps what the server says until it is asked for. */
class RfbViewer {
  readonly socket: WebSocket;
  #received: Buffer = Buffer.alloc(0);

  constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on('message', (data: Buffer) => {
      this.#received = Buffer.concat([this.#received, data]);
    });
  }

  async take(bytes: number): Promise<Buffer> {
    await until(`${bytes} bytes arrive`, () => this.#received.length >= bytes);
    const taken = this.#received.subarray(0, bytes);
    this.#received = this.#received.subarray(bytes);
    return taken;
  }

  /** Handshake with security None; resolves with width and height of the desktop. */
  async start() {
    require(String(await this.take(12)) === 'RFB 003.008\n', 'the server speaks RFB 3.8');
    this.socket.send(HANDSHAKE.subarray(0, 12));
    const [count = 0] = await this.take(1);
    require((await this.take(count)).equals(Buffer.of(1)), 'the only security type is None');
    this.socket.send(HANDSHAKE.subarray(12, 13));
    require((await this.take(4)).readUInt32BE() === 0, 'the server lets us in');
    this.socket.send(HANDSHAKE.subarray(13));
    const init = await this.take(24);
    await this.take(init.readUInt32BE(20));
    this.socket.send(RAW_ONLY);
    return { width: init.readUInt16BE(0), height: init.readUInt16BE(2) };
  }

  /** Asks for the whole frame, as Raw rectangles, and resolves with the hash of its pixels. */
  async picture(): Promise<string> {
    this.socket.send(wholeFrame);
    const head = await this.take(4);
    require(head[0] === 0, 'the server sends a framebuffer update');
    const frame = Buffer.alloc(FRAME_BYTES);
    for (let left = head.readUInt16BE(2); left > 0; left -= 1) await this.#rectangle(frame);
    return createHash('sha256').update(frame).digest('hex');
  }

  async #rectangle(frame: Buffer): Promise<void> {
    const head = await this.take(12);
    const [x, y, width, height] = [0, 2, 4, 6].map((at) => head.readUInt16BE(at)) as Rectangle;
    const pixels = await this.take(width * height * 4);
    for (let row = 0; row < height; row += 1) {
      pixels.copy(frame, ((y + row) * WIDTH + x) * 4, row * width * 4, (row + 1) * width * 4);
    }
  }
}

type Rectangle = [x: number, y: number, width: number, height: number];

async function view(mode: 'control' | 'view'): Promise<RfbViewer> {
  const viewer = new RfbViewer(openViewer(gateway, gateway.tickets.issue(desktop, { mode })));
  expect(await viewer.start()).toEqual({ width: WIDTH, height: HEIGHT });
  return viewer;
}

const PATIENCE_MS = 30_000;
/** A terminal that has drawn nothing new for so many looks has drawn all that it has to. */
const STILL_LOOKS = 10;
const LOOK_MS = 50;
const rest = () => new Promise((resolve) => setTimeout(resolve, LOOK_MS));

/** Types, again and again until xterm has started and has the focus, and waits for the picture to change. */
async function typeUntilSeen(viewer: RfbViewer): Promise<void> {
  const before = await viewer.picture();
  const hasChanged = async (): Promise<boolean> => {
    viewer.socket.send(pointAt(100, 100));
    viewer.socket.send(type('o'));
    await rest();
    return (await viewer.picture()) !== before;
  };
  await until('the picture changes by typing', hasChanged, PATIENCE_MS);
}

/** Waits until the picture no longer changes. */
async function stillPicture(viewer: RfbViewer): Promise<string> {
  let last = await viewer.picture();
  let same = 0;
  const isStill = async (): Promise<boolean> => {
    await rest();
    const now = await viewer.picture();
    same = now === last ? same + 1 : 0;
    last = now;
    return same >= STILL_LOOKS;
  };
  await until('the picture is still', isStill, PATIENCE_MS);
  return last;
}

describe('a real desktop through the proxy', () => {
  it('is seen, obeys a controlling viewer and ignores a view-only one', async () => {
    const controlling = await view('control');
    const watching = await view('view');
    await typeUntilSeen(controlling);
    const before = await stillPicture(controlling);
    expect(await watching.picture()).toBe(before);

    const droppedBefore = gateway.proxy.stats().inputMessagesDropped;
    watching.socket.send(pointAt(100, 100));
    for (let at = 0; at < 20; at += 1) watching.socket.send(type('x'));
    await until(
      'the filter saw it all',
      () => gateway.proxy.stats().inputMessagesDropped === droppedBefore + 41,
    );
    expect(await stillPicture(watching)).toBe(before);

    await typeUntilSeen(controlling);
    expect(await watching.picture()).not.toBe(before);
    controlling.socket.close();
    watching.socket.close();
  });

  it('ends its viewers with 1000 when it ends', async () => {
    const viewer = await view('control');
    // The desktop has read all it was sent; a socket closed over unread bytes counts as broken (1011).
    await viewer.picture();
    const closed = new Promise((resolve) => viewer.socket.once('close', resolve));
    xvnc.kill('SIGTERM');
    expect(await closed).toBe(1000);
  });
});
