import { describe, expect, it } from 'vitest';
import { HEADER_BYTES_MAX, writeFrameHeader } from './frame-header.js';
import { PAYLOAD_AT } from './read-buffers.js';

function headerOf(payloadBytes: number): number[] {
  const bytes = Buffer.alloc(PAYLOAD_AT);
  return [...bytes.subarray(writeFrameHeader(bytes, PAYLOAD_AT, payloadBytes))];
}

describe('a frame header', () => {
  it.each([
    [0, [0x82, 0]],
    [1, [0x82, 1]],
    [125, [0x82, 125]],
    [126, [0x82, 126, 0, 126]],
    [65_535, [0x82, 126, 0xff, 0xff]],
    [65_536, [0x82, 127, 0, 0, 0, 0, 0, 1, 0, 0]],
    [2 ** 32 + 5, [0x82, 127, 0, 0, 0, 1, 0, 0, 0, 5]],
  ])('of %d bytes is the shortest form that RFC 6455 allows', (payloadBytes, header) => {
    expect(headerOf(payloadBytes)).toEqual(header);
  });

  it('fits in the room that read buffers leave', () => {
    expect(PAYLOAD_AT).toBeGreaterThanOrEqual(HEADER_BYTES_MAX);
  });
});
