const FINAL_BINARY = 0x82;
const LENGTH_16 = 126;
const LENGTH_64 = 127;

/** Room to leave before a payload so that any header fits in front of it. */
export const HEADER_BYTES_MAX = 10;

/**
 * Writes the header of one whole, unmasked binary frame so that it ends right before the payload
 * (RFC 6455 §5.2), and returns where the frame starts.
 * `bytes[payloadAt .. payloadAt + payloadBytes]` holds the payload; `payloadAt` >= HEADER_BYTES_MAX.
 */
export function writeFrameHeader(bytes: Buffer, payloadAt: number, payloadBytes: number): number {
  if (payloadBytes < LENGTH_16) {
    bytes[payloadAt - 2] = FINAL_BINARY;
    bytes[payloadAt - 1] = payloadBytes;
    return payloadAt - 2;
  }
  if (payloadBytes <= 0xffff) {
    bytes[payloadAt - 4] = FINAL_BINARY;
    bytes[payloadAt - 3] = LENGTH_16;
    bytes.writeUInt16BE(payloadBytes, payloadAt - 2);
    return payloadAt - 4;
  }
  bytes[payloadAt - 10] = FINAL_BINARY;
  bytes[payloadAt - 9] = LENGTH_64;
  bytes.writeUInt32BE(Math.floor(payloadBytes / 2 ** 32), payloadAt - 8);
  bytes.writeUInt32BE(payloadBytes >>> 0, payloadAt - 4);
  return payloadAt - 10;
}
