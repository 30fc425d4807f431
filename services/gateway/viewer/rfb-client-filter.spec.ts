import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CLIPBOARD_BYTES_MAX, ENCODINGS_MAX } from './limits.js';
import { RfbClientFilter } from './rfb-client-filter.js';

const HANDSHAKE = Buffer.concat([Buffer.from('RFB 003.008\n'), Buffer.of(1, 1)]);
const zeros = (count: number) => Buffer.alloc(count);
const message = (type: number, ...rest: (number | Buffer)[]) =>
  Buffer.concat([Buffer.of(type), ...rest.map((r) => (typeof r === 'number' ? Buffer.of(r) : r))]);
const u16 = (value: number) => Buffer.of(value >> 8, value & 255);
const i32 = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value | 0);
  return bytes;
};

const setPixelFormat = message(0, zeros(19));
const setEncodings = (...encodings: number[]) =>
  message(2, 0, u16(encodings.length), ...encodings.map(i32));
const updateRequest = message(3, zeros(9));
const key = message(4, 1, zeros(2), i32(0x61));
const pointer = (mask = 1) => message(5, mask, zeros(4));
const cutText = (length: number, body: Buffer) => message(6, zeros(3), i32(length), body);
const paste = cutText(5, Buffer.from('hello'));
const extendedClipboard = (flags: number, body: Buffer) =>
  cutText(-(4 + body.length), Buffer.concat([i32(flags), body]));
const provide = extendedClipboard(0x10000001, zeros(30));
const caps = extendedClipboard(0x1f000001, zeros(4));
const request = extendedClipboard(0x02000001, zeros(0));
const continuousUpdates = message(150, zeros(9));
const fence = (length: number) => message(248, zeros(7), length, Buffer.alloc(length, 7));
const xvp = message(250, 0, 1, 2);
const resize = (screens: number) => message(251, zeros(5), screens, 0, zeros(16 * screens));
const qemuKey = message(255, 0, zeros(10));

type Outcome = {
  out: Buffer;
  inputs: number;
  dropped: number;
  violation: RfbClientFilter['violation'];
};

function filtered(mode: 'control' | 'view', ...chunks: Buffer[]): Outcome {
  const filter = new RfbClientFilter(mode);
  const out = Buffer.concat(chunks.map((chunk) => filter.feed(chunk)));
  return { out, inputs: filter.inputs, dropped: filter.dropped, violation: filter.violation };
}

/** What comes out after a good handshake, as hex so that a difference can be read. */
function afterHandshake(mode: 'control' | 'view', ...messages: Buffer[]) {
  const { out, ...rest } = filtered(mode, HANDSHAKE, ...messages);
  return { ...rest, out: out.subarray(HANDSHAKE.length).toString('hex') };
}

const hex = (...messages: Buffer[]) => Buffer.concat(messages).toString('hex');

describe('the RFB handshake', () => {
  it('passes unchanged', () => {
    expect(filtered('control', HANDSHAKE)).toMatchObject({ out: HANDSHAKE, violation: undefined });
  });

  it('always asks for a shared session', () => {
    const exclusive = Buffer.concat([HANDSHAKE.subarray(0, 13), Buffer.of(0)]);
    expect(filtered('view', exclusive).out).toEqual(HANDSHAKE);
  });

  it('of another version ends the connection and sends nothing', () => {
    const { out, violation } = filtered('control', Buffer.from('RFB 003.003\n'));
    expect(out).toHaveLength(0);
    expect(violation).toMatchObject({ code: 1008 });
  });

  it('with another security type than None ends the connection', () => {
    const { violation } = filtered('control', Buffer.from('RFB 003.008\n\u0002'));
    expect(violation).toMatchObject({ code: 1008, text: 'security type must be None' });
  });
});

describe('a controlling viewer', () => {
  it('sends every known message on, byte for byte', () => {
    const messages = [
      setPixelFormat,
      setEncodings(0, 7, 16, -239),
      updateRequest,
      key,
      pointer(),
      paste,
      provide,
      continuousUpdates,
      fence(64),
      resize(2),
      qemuKey,
    ];
    expect(afterHandshake('control', ...messages)).toMatchObject({
      out: hex(...messages),
      violation: undefined,
      dropped: 0,
    });
  });

  it('is seen to work by keys, pointer, clipboard and QEMU keys only', () => {
    expect(afterHandshake('control', key, pointer(), paste, qemuKey, provide).inputs).toBe(5);
    const automatic = [setPixelFormat, setEncodings(0), updateRequest, continuousUpdates, fence(3)];
    expect(afterHandshake('control', ...automatic, resize(1), caps, request).inputs).toBe(0);
  });

  it('cannot switch the machine off with xvp', () => {
    expect(afterHandshake('control', xvp, key).out).toBe(hex(key));
  });
});

describe('a view-only viewer', () => {
  it('sends no key, pointer, clipboard or resize', () => {
    const input = [key, pointer(), paste, provide, qemuKey, resize(1), xvp];
    expect(afterHandshake('view', ...input)).toMatchObject({ out: '', inputs: 0, dropped: 7 });
  });

  it('still asks for pictures', () => {
    const asking = [setPixelFormat, setEncodings(7), updateRequest, continuousUpdates, fence(9)];
    const mixed = asking.flatMap((ask) => [key, ask, pointer()]);
    expect(afterHandshake('view', ...mixed).out).toBe(hex(...asking));
  });
});

describe('SetEncodings', () => {
  it('loses extended mouse buttons, xvp and what nobody knows', () => {
    const { out } = afterHandshake('control', setEncodings(7, -316, -309, 12_345, -239));
    expect(out).toBe(hex(setEncodings(7, -239)));
  });

  it('of too many encodings ends the connection', () => {
    const many = setEncodings(...Array.from({ length: ENCODINGS_MAX + 1 }, () => 0));
    expect(afterHandshake('control', many)).toMatchObject({ out: '', violation: { code: 1008 } });
  });
});

describe('a message that ends the connection', () => {
  it.each([
    ['of an unknown type', message(7, zeros(40)), 1008],
    ['with an extended pointer mask', pointer(0x81), 1008],
    ['with a fence that is too long', fence(65), 1008],
    ['of another QEMU kind', message(255, 1, zeros(10)), 1008],
    ['with a clipboard one byte too large', cutText(CLIPBOARD_BYTES_MAX + 1, zeros(0)), 1009],
    ['with an extended clipboard too large', cutText(-CLIPBOARD_BYTES_MAX - 1, zeros(4)), 1009],
    ['with the most negative clipboard length', cutText(-(2 ** 31), zeros(4)), 1009],
    ['with an extended clipboard without flags', cutText(-3, zeros(4)), 1008],
  ])('%s lets through what came before it and nothing after', (_what, bad, code) => {
    expect(afterHandshake('control', key, bad, key, key)).toMatchObject({
      out: hex(key),
      violation: { code },
    });
    expect(afterHandshake('view', updateRequest, bad, key)).toMatchObject({
      out: hex(updateRequest),
      violation: { code },
    });
  });

  it('is not the largest clipboard allowed', () => {
    const largest = cutText(CLIPBOARD_BYTES_MAX, Buffer.alloc(CLIPBOARD_BYTES_MAX, 65));
    expect(afterHandshake('control', largest, key)).toMatchObject({
      out: hex(largest, key),
      violation: undefined,
    });
  });
});

const anyMessage = fc.oneof(
  fc.constantFrom(setPixelFormat, updateRequest, key, qemuKey, xvp, provide, caps, request, paste),
  fc
    .array(fc.constantFrom(0, 7, 16, -316, -309, -239, 99), { maxLength: 30 })
    .map((encodings) => setEncodings(...encodings)),
  fc.integer({ min: 0, max: 127 }).map(pointer),
  fc.uint8Array({ maxLength: 400 }).map((text) => cutText(text.length, Buffer.from(text))),
  fc.uint8Array({ maxLength: 400 }).map((text) => extendedClipboard(0x10000001, Buffer.from(text))),
  fc.integer({ min: 0, max: 64 }).map(fence),
  fc.integer({ min: 0, max: 5 }).map(resize),
);
const anyTail = fc.oneof(
  fc.constant(zeros(0)),
  fc.uint8Array({ maxLength: 60 }).map((tail) => Buffer.from(tail)),
);
const anyStream = fc
  .tuple(fc.array(anyMessage, { maxLength: 25 }), anyTail)
  .map(([messages, tail]) => Buffer.concat([HANDSHAKE, ...messages, tail]));

function split(stream: Buffer, sizes: readonly number[]): Buffer[] {
  const chunks: Buffer[] = [];
  for (let at = 0, turn = 0; at < stream.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    chunks.push(Buffer.from(stream.subarray(at, at + size)));
    at += size;
  }
  return chunks;
}

describe('any splitting of a stream', () => {
  it('gives the same output, counts and verdict', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(anyStream, sizes, fc.constantFrom('control', 'view'), (stream, cuts, mode) => {
        expect(filtered(mode, ...split(stream, cuts))).toEqual(filtered(mode, stream));
      }),
      { numRuns: 500 },
    );
  });

  it('never lets an input message of a view-only viewer through', () => {
    const input = new Set([4, 5, 6, 250, 251, 255]);
    fc.assert(
      fc.property(fc.array(anyMessage, { maxLength: 25 }), (messages) => {
        const { out } = filtered('view', Buffer.concat([HANDSHAKE, ...messages]));
        const kept = messages.filter((m) => !input.has(m[0] ?? 0));
        const again = filtered('control', Buffer.concat([HANDSHAKE, ...kept]));
        expect(out).toEqual(again.out);
      }),
      { numRuns: 300 },
    );
  });
});
