import { promisify } from 'node:util';
import { crc32, deflate } from 'node:zlib';

/** Rows of red, green and blue, a byte each, from the top left. */
export type Picture = Readonly<{ width: number; height: number; rgb: Uint8Array }>;

const SIGNATURE = Buffer.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
const BIT_DEPTH = 8;
const TRUE_COLOUR = 2;
const BYTES_PER_PIXEL = 3;

const compressed = promisify(deflate);

/**
 * Writes a picture as PNG (W3C PNG, third edition): IHDR, one IDAT, IEND.
 *
 *   chunk    length 4, type 4, data, CRC-32 of type and data 4   (§5.3)
 *   row      filter type 0, then the pixels                       (§7.2)
 */
export async function encodePng({ width, height, rgb }: Picture): Promise<Buffer> {
  const rowBytes = width * BYTES_PER_PIXEL;
  const rows = Buffer.alloc(height * (rowBytes + 1));
  for (let y = 0; y < height; y += 1) {
    rows.set(rgb.subarray(y * rowBytes, (y + 1) * rowBytes), y * (rowBytes + 1) + 1);
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = BIT_DEPTH;
  header[9] = TRUE_COLOUR;
  const data = await compressed(rows);
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('IDAT', data),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const typed = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const framed = Buffer.alloc(typed.length + 8);
  framed.writeUInt32BE(data.length, 0);
  typed.copy(framed, 4);
  framed.writeUInt32BE(crc32(typed), typed.length + 4);
  return framed;
}
