import { describe, expect, it } from 'vitest';
import { type FrameBounds, FrameReader } from './frame-reader.js';

const BOUNDS: FrameBounds = { pixelsMax: 1_000, widthMax: 480, heightMax: 960 };
const GREETING = Buffer.from('RFB 003.008\n');
const u16 = (value: number) => [value >> 8, value & 255];
const u32 = (value: number) => [...u16(value >>> 16), ...u16(value & 0xffff)];

/** The size, a pixel format that nobody reads, and the name of a desktop. */
const init = (width: number, height: number, name = 'term') =>
  Buffer.from([
    ...u16(width),
    ...u16(height),
    ...Array.from({ length: 16 }, () => 9),
    ...u32(name.length),
    ...Buffer.from(name),
  ]);
const lettingIn = Buffer.from([...GREETING, 1, 1, ...u32(0)]);

type Box = readonly [x: number, y: number, width: number, height: number];
const rectangle = (box: Box, color: number, encoding = 0) =>
  Buffer.from([
    ...box.flatMap(u16),
    ...u32(encoding),
    ...Array.from({ length: box[2] * box[3] }, () => [
      ...[color & 255, (color >> 8) & 255, color >> 16, 0],
    ]).flat(),
  ]);
const update = (...rectangles: Buffer[]) =>
  Buffer.concat([Buffer.from([0, 0, ...u16(rectangles.length)]), ...rectangles]);
const bell = Buffer.of(2);
const cutText = Buffer.from([3, 0, 0, 0, ...u32(5), ...Buffer.from('hello')]);
const colours = Buffer.from([1, 0, 0, 0, ...u16(2), ...Array.from({ length: 12 }, () => 7)]);

const left = rectangle([0, 0, 2, 2], 0xff8000);
const right = rectangle([2, 0, 1, 2], 0x0000ff);
const whole = Buffer.concat([lettingIn, init(3, 2), bell, cutText, colours, update(left, right)]);
const PIXELS = [0xff, 0x80, 0, 0xff, 0x80, 0, 0, 0, 0xff];

function read(said: readonly Buffer[], bounds = BOUNDS) {
  const sent: Buffer[] = [];
  const reader = new FrameReader(bounds, (bytes) => sent.push(bytes));
  for (const bytes of said) reader.feed(bytes);
  return { picture: reader.picture, sent: Buffer.concat(sent) };
}

describe('reading a picture of a desktop', () => {
  it('asks once for all of the screen, shares it, and never says anything else', () => {
    expect([...read([whole]).sent]).toEqual([
      ...GREETING,
      ...[1, 1],
      ...[0, 0, 0, 0, 32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 16, 8, 0, 0, 0, 0],
      ...[2, 0, 0, 1, 0, 0, 0, 0],
      ...[3, 0, 0, 0, 0, 0, 0, 3, 0, 2],
    ]);
  });

  it('gives the pixels, also when other messages come in between', () => {
    const { picture } = read([whole]);
    expect(picture).toMatchObject({ width: 3, height: 2 });
    expect([...(picture?.rgb ?? [])]).toEqual([...PIXELS, ...PIXELS]);
  });

  it.each([1, 2, 3, 5, 7, 64])('gives the same in pieces of %i bytes', (bytes) => {
    const pieces = Array.from({ length: Math.ceil(whole.length / bytes) }, (_, at) =>
      whole.subarray(at * bytes, (at + 1) * bytes),
    );
    expect(read(pieces)).toEqual(read([whole]));
  });

  it('waits for the rest of the screen, which may come in another update', () => {
    const start = Buffer.concat([lettingIn, init(3, 2), update(left)]);
    expect(read([start]).picture).toBeUndefined();
    expect(read([start, update(), update(right)])).toEqual(read([whole]));
  });

  it.each([
    ['another version', Buffer.from('RFB 003.003\n'), 'does not speak RFB 3.8'],
    ['nobody is let in', Buffer.concat([GREETING, Buffer.of(0)]), 'lets nobody in'],
    ['a password is asked for', Buffer.concat([GREETING, Buffer.of(1, 2)]), 'asks for a password'],
    ['we are refused', Buffer.from([...GREETING, 1, 1, ...u32(1)]), 'lets nobody in'],
    ['there is no screen', Buffer.concat([lettingIn, init(0, 2)]), 'is not looked at'],
    ['the screen is too large', Buffer.concat([lettingIn, init(1_001, 1)]), 'is not looked at'],
    ['an unknown message', Buffer.concat([lettingIn, init(3, 2), Buffer.of(99)]), 'of type 99'],
    [
      'an encoding that was not asked for',
      Buffer.concat([lettingIn, init(3, 2), update(rectangle([0, 0, 3, 2], 0, 7))]),
      'not asked for',
    ],
    [
      'a rectangle outside of the screen',
      Buffer.concat([lettingIn, init(3, 2), update(rectangle([2, 0, 2, 2], 0))]),
      'not asked for',
    ],
  ])('is given up when %s', (_, said, why) => {
    expect(() => read([said])).toThrow(why);
  });

  it('is given up when the desktop talks without end', () => {
    const start = Buffer.concat([lettingIn, init(3, 2)]);
    const endless = Array.from({ length: 20 }, () => Buffer.alloc(100_000, 2));
    expect(() => read([start, ...endless])).toThrow('too much');
  });
});
