// Goal: a small picture of a desktop is what is on its screen, costs little, and disturbs nobody who looks at it.
// Method: a real Xtigervnc, and stand-ins for desktops that are slow, gone, or say the wrong thing.
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readPicture } from '#services/gateway/viewer/frame-client.js';
import { FRAME_LIMITS, Frames, FramesBusyError } from '#services/gateway/viewer/frames.js';
import { RfbClient } from '#test/support/rfb-client.js';
import { until } from '#test/support/waits.js';
import { startXDesktop } from '#test/support/x-desktop.js';

/** Nothing here is to end by a deadline, unless a test is about one. */
const PATIENT_MS = 60_000;
const errors: unknown[] = [];
const frames = (limits = {}) => new Frames({ limits, onError: (error) => errors.push(error) });

const sizeOf = (png: Buffer) => [png.readUInt32BE(16), png.readUInt32BE(20)];
/** Red, green and blue of each pixel; the one IDAT begins right after the IHDR. */
function pixelsOf(png: Buffer): number[] {
  const [width = 0] = sizeOf(png);
  const rows = inflateSync(png.subarray(41, 41 + png.readUInt32BE(33)));
  return [...rows].filter((_, at) => at % (width * 3 + 1) !== 0);
}

describe('a picture of a real desktop', () => {
  let desktop: Awaited<ReturnType<typeof startXDesktop>>;
  let watching: RfbClient;

  beforeEach(async () => {
    desktop = await startXDesktop({ width: 1_280, height: 800 });
    watching = await RfbClient.connect({ kind: 'unix', path: desktop.path });
    await until('xterm is on the screen', async () => {
      await watching.nextUpdate();
      return new Set(watching.pixels.values()).size > 1;
    });
  });
  afterEach(async () => {
    watching?.close();
    await desktop?.close();
  });

  it('shows what is on the screen, 480 pixels wide', async () => {
    const kept = frames({ deadlineMs: PATIENT_MS });
    const frame = await kept.of('s1', { kind: 'unix', path: desktop.path });
    if (!frame) throw new Error(`No picture: ${errors.join()}`);
    expect(sizeOf(frame.png)).toEqual([480, 300]);
    const pixels = pixelsOf(frame.png);
    // The left upper corner is xterm, the right lower one is empty.
    const at = (x: number, y: number) => pixels.slice((y * 480 + x) * 3, (y * 480 + x) * 3 + 3);
    const colors = watching.colorAt(1_279, 799);
    expect(at(479, 299)).toEqual([colors >> 16, (colors >> 8) & 255, colors & 255]);
    expect(new Set(pixels).size).toBeGreaterThan(1);
    expect(frame.png.length).toBeLessThan(200_000);
  });

  it('disturbs nobody: whoever looks at the desktop keeps it, with its size', async () => {
    for (let at = 0; at < 5; at += 1) {
      const limits = { ...FRAME_LIMITS, deadlineMs: PATIENT_MS };
      await readPicture({ kind: 'unix', path: desktop.path }, limits);
    }
    await watching.nextUpdate();
    expect([watching.width, watching.height, watching.socket.destroyed]).toEqual([
      1_280,
      800,
      false,
    ]);
  });
});

describe('pictures', () => {
  let folder: string;
  let server: Server | undefined;
  let sockets: Socket[];
  const endpoint = () => ({ kind: 'unix', path: join(folder, 'rfb.sock') }) as const;

  /** A desktop of 2 by 1 pixels that says all that it has to say at once, or what it is told to. */
  async function standIn(say: (socket: Socket) => void = sayAll): Promise<void> {
    server = createServer((socket) => {
      sockets.push(socket.on('error', () => undefined).resume());
      say(socket);
    }).listen(endpoint().path);
    await once(server, 'listening');
  }
  const sayAll = (socket: Socket) =>
    socket.write(
      Buffer.concat([
        Buffer.from('RFB 003.008\n'),
        Buffer.of(1, 1, 0, 0, 0, 0),
        Buffer.concat([Buffer.of(0, 2, 0, 1), Buffer.alloc(20)]),
        Buffer.from([0, 0, 0, 1, 0, 0, 0, 0, 0, 2, 0, 1, 0, 0, 0, 0, 3, 2, 1, 0, 6, 5, 4, 0]),
      ]),
    );

  beforeEach(async () => {
    errors.length = 0;
    sockets = [];
    folder = await mkdtemp(join(tmpdir(), 'sortie-f-'));
  });
  afterEach(async () => {
    for (const socket of sockets) socket.destroy();
    server?.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('are the same for a while, and for all who ask at the same time', async () => {
    await standIn();
    const kept = frames({ freshMs: PATIENT_MS });
    const [one, two] = await Promise.all([1, 2].map(() => kept.of('s1', endpoint())));
    expect(pixelsOf(one?.png ?? Buffer.alloc(0))).toEqual([1, 2, 3, 4, 5, 6]);
    expect([two, await kept.of('s1', endpoint())]).toEqual([one, one]);
    expect(sockets).toHaveLength(1);
  });

  it('are taken anew when they have grown old, over a connection that is closed again', async () => {
    await standIn();
    const kept = frames({ freshMs: 0 });
    for (let at = 0; at < 3; at += 1) await kept.of('s1', endpoint());
    expect(sockets).toHaveLength(3);
    await until('none is left open', () => sockets.every(({ destroyed }) => destroyed));
  });

  it('of an ended session are the last that was kept, if any was', async () => {
    await standIn();
    const kept = frames({ freshMs: 0 });
    const last = await kept.of('s1', endpoint());
    expect(await kept.of('s1', null)).toBe(last);
    expect(await kept.of('s2', null)).toBeUndefined();
  });

  it('of a desktop that can not be looked at are the last one, too, or none', async () => {
    const kept = frames({ freshMs: 0 });
    expect(await kept.of('s1', endpoint())).toBeUndefined();
    await standIn();
    const last = await kept.of('s1', endpoint());
    server?.close();
    expect(await kept.of('s1', endpoint())).toBe(last);
    expect(errors.map(String).join()).toContain('did not accept the connection');
  });

  it.each([
    ['says nothing', 200, () => undefined, 'took too long'],
    [
      'hangs up in the middle',
      PATIENT_MS,
      (socket: Socket) => socket.end('RFB 003.008\n'),
      'in the middle',
    ],
    [
      'is no desktop',
      PATIENT_MS,
      (socket: Socket) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'),
      'RFB',
    ],
  ])('of a desktop that %s are not waited for', async (_, deadlineMs, say, why) => {
    await standIn(say);
    expect(await frames({ deadlineMs }).of('s1', endpoint())).toBeUndefined();
    expect(String(errors[0])).toContain(why);
    await until('the connection is closed', () => sockets.every(({ destroyed }) => destroyed));
  });

  it('are taken of a few desktops at a time', async () => {
    await standIn(() => undefined);
    const kept = frames({ capturesMax: 2, deadlineMs: PATIENT_MS });
    const waiting = ['s1', 's2'].map((id) => kept.of(id, endpoint()));
    await until('both are being looked at', () => sockets.length === 2);
    await expect(kept.of('s3', endpoint())).rejects.toThrow(FramesBusyError);
    for (const socket of sockets) sayAll(socket);
    expect((await Promise.all(waiting)).every((frame) => frame !== undefined)).toBe(true);
  });

  it('take no more memory than they may', async () => {
    await standIn();
    const bytes = (await frames().of('s1', endpoint()))?.png.length ?? 0;
    const kept = frames({ keptBytesMax: 2 * bytes });
    for (const id of ['s1', 's2', 's3']) await kept.of(id, endpoint());
    expect(await kept.of('s1', null)).toBeUndefined();
    expect(await kept.of('s3', null)).toBeDefined();
  });
});
