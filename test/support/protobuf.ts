/** One field of a protobuf message as it is on the wire: a number, or the bytes of a text or of a message within. */
export type WireField = Readonly<{ field: number; value: bigint | Buffer }>;

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

/** Reads the fields of a protobuf message; what they mean says its .proto file. Throws for anything that is none. */
export function wireFields(message: Buffer): WireField[] {
  const fields: WireField[] = [];
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = message.readUInt8(at);
      at += 1;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  const take = (length: number): Buffer => {
    if (at + length > message.length) throw new RangeError('A field is longer than its message.');
    at += length;
    return message.subarray(at - length, at);
  };
  while (at < message.length) {
    const key = Number(varint());
    const field = key >>> 3;
    const wire = key & 7;
    if (wire === VARINT) fields.push({ field, value: varint() });
    else if (wire === FIXED64) fields.push({ field, value: take(8).readBigUInt64LE() });
    else if (wire === BYTES) fields.push({ field, value: take(Number(varint())) });
    else if (wire === FIXED32) fields.push({ field, value: BigInt(take(4).readUInt32LE()) });
    else throw new RangeError(`Field ${field} has the unknown wire type ${wire}.`);
  }
  return fields;
}
