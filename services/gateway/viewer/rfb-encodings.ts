/**
 * The encodings a viewer may ask for. Left out on purpose:
 * -316 ExtendedMouseButtons, because it makes the length of PointerEvent depend on what the *server*
 * knows (TigerVNC 1.12 does not), and a filter that guesses wrong can be fed keys as pointer bytes;
 * -309 xvp, which lets a viewer switch the machine off; and whatever nobody here knows.
 * Numbers: RFB 3.8 §7.7-7.8, community rfbproto, noVNC 1.7 core/encodings.js.
 */
const ALLOWED: ReadonlySet<number> = new Set([
  0, // Raw
  1, // CopyRect
  2, // RRE
  5, // Hextile
  6, // zlib
  7, // Tight
  16, // ZRLE
  21, // JPEG
  50, // H.264
  -260, // TightPNG
  -223, // DesktopSize
  -224, // LastRect
  -239, // Cursor
  -240, // X cursor
  -258, // QEMU extended key event
  -261, // QEMU LED state
  -307, // DesktopName
  -308, // ExtendedDesktopSize
  -312, // Fence
  -313, // ContinuousUpdates
  -314, // Cursor with alpha
  0x574d5664, // VMware cursor
  0xc0a1e5ce | 0, // Extended clipboard
]);

const RANGES: readonly (readonly [low: number, high: number])[] = [
  [-32, -23], // JPEG quality
  [-256, -247], // compression
  [-512, -412], // fine-grained JPEG quality
  [-768, -763], // JPEG subsampling
];

const HEAD_BYTES = 4;

/** Answers whether a viewer may ask for this encoding (a signed 32-bit number). */
export function isEncodingAllowed(encoding: number): boolean {
  return ALLOWED.has(encoding) || RANGES.some(([low, high]) => encoding >= low && encoding <= high);
}

/**
 * Reduces one whole SetEncodings message (RFB 3.8 §7.5.2) to the allowed encodings, in their order.
 * Returns the same buffer when nothing had to go.
 */
export function allowEncodings(message: Buffer): Buffer {
  const asked = message.readUInt16BE(2);
  const kept: number[] = [];
  for (let index = 0; index < asked; index += 1) {
    const encoding = message.readInt32BE(HEAD_BYTES + index * 4);
    if (isEncodingAllowed(encoding)) kept.push(encoding);
  }
  if (kept.length === asked) return message;
  const reduced = Buffer.alloc(HEAD_BYTES + kept.length * 4);
  reduced[0] = 2;
  reduced.writeUInt16BE(kept.length, 2);
  kept.forEach((encoding, index) => reduced.writeInt32BE(encoding, HEAD_BYTES + index * 4));
  return reduced;
}
