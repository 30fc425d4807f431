import { inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { encodePng } from './png.js';

/** CRC-32 as the PNG specification has it in its annex D, bit by bit. */
function crcOf(bytes: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? 0xedb88320 ^ (crc >>> 1) : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}

type Chunk = Readonly<{ type: string; data: Buffer; isSound: boolean }>;

function chunksOf(png: Buffer): Chunk[] {
  const chunks: Chunk[] = [];
  for (let at = 8; at < png.length;) {
    const end = at + 8 + png.readUInt32BE(at);
    const isSound = png.readUInt32BE(end) === crcOf(png.subarray(at + 4, end));
    const type = png.toString('latin1', at + 4, at + 8);
    chunks.push({ type, data: png.subarray(at + 8, end), isSound });
    at = end + 4;
  }
  return chunks;
}

describe('a picture as PNG', () => {
  const rgb = Uint8Array.of(255, 0, 0, 0, 255, 0, 0, 0, 255, 1, 2, 3, 4, 5, 6, 7, 8, 9);

  it('begins as PNG does and has the three chunks, each with its sum', async () => {
    const png = await encodePng({ width: 3, height: 2, rgb });
    expect([...png.subarray(0, 8)]).toEqual([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
    const chunks = chunksOf(png);
    expect(chunks.map(({ type, isSound }) => [type, isSound])).toEqual([
      ['IHDR', true],
      ['IDAT', true],
      ['IEND', true],
    ]);
    expect([...(chunks[0]?.data ?? [])]).toEqual([0, 0, 0, 3, 0, 0, 0, 2, 8, 2, 0, 0, 0]);
  });

  it('holds the pixels, row by row, each row unfiltered', async () => {
    const [, data] = chunksOf(await encodePng({ width: 3, height: 2, rgb }));
    expect([...inflateSync(data?.data ?? Buffer.alloc(0))]).toEqual([
      ...[0, 255, 0, 0, 0, 255, 0, 0, 0, 255],
      ...[0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    ]);
  });
});
