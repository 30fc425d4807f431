// @ts-check
import { inflateRawSync } from 'node:zlib';

// A bare machine has no unzip. Only what programs are packed with is read here: plain or deflated files below 4 GiB.

const END_OF_DIRECTORY = 0x06_05_4b_50;
const DIRECTORY_ENTRY = 0x02_01_4b_50;
const FILE_HEADER = 0x04_03_4b_50;
/** The end of the directory has a comment of 64 KiB at most. */
const END_BYTES_MAX = 22 + 65_535;
const STORED = 0;
const DEFLATED = 8;
/** What no program that is looked for here is larger than: a small archive can say that it holds terabytes. */
const ENTRY_BYTES_MAX = 256 * 1_024 * 1_024;

/**
 * Takes one file out of a ZIP archive. Throws a RangeError that says what is wrong with the archive.
 * @param {Buffer} archive
 * @param {string} name the file's path in the archive
 * @returns {Buffer}
 */
export function zipEntry(archive, name) {
  const entry = entryOf(archive, name);
  const header = entry.offset;
  requireMark(archive, header, FILE_HEADER);
  const start = header + 30 + archive.readUInt16LE(header + 26) + archive.readUInt16LE(header + 28);
  const packed = archive.subarray(start, start + entry.packedBytes);
  const bytes = unpacked(packed, entry, name);
  if (bytes.length === entry.bytes) return bytes;
  throw new RangeError(`${name} of the archive ends before its ${entry.bytes} bytes.`);
}

/** @typedef {{ method: number, packedBytes: number, bytes: number, offset: number }} Entry */

/**
 * @param {Buffer} archive
 * @param {string} name
 * @returns {Entry}
 */
function entryOf(archive, name) {
  const end = endOf(archive);
  let at = archive.readUInt32LE(end + 16);
  for (let left = archive.readUInt16LE(end + 10); left > 0; left -= 1) {
    requireMark(archive, at, DIRECTORY_ENTRY);
    const nameBytes = archive.readUInt16LE(at + 28);
    if (archive.toString('utf8', at + 46, at + 46 + nameBytes) === name) {
      return {
        method: archive.readUInt16LE(at + 10),
        packedBytes: archive.readUInt32LE(at + 20),
        bytes: archive.readUInt32LE(at + 24),
        offset: archive.readUInt32LE(at + 42),
      };
    }
    at += 46 + nameBytes + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32);
  }
  throw new RangeError(`The archive has no ${name}.`);
}

/** @param {Buffer} archive */
function endOf(archive) {
  const first = Math.max(0, archive.length - END_BYTES_MAX);
  for (let at = archive.length - 22; at >= first; at -= 1) {
    if (archive.readUInt32LE(at) === END_OF_DIRECTORY) return at;
  }
  throw new RangeError('This is no ZIP archive, or only the beginning of one.');
}

/**
 * @param {Buffer} archive
 * @param {number} at
 * @param {number} mark
 */
function requireMark(archive, at, mark) {
  if (at + 30 <= archive.length && archive.readUInt32LE(at) === mark) return;
  throw new RangeError('The archive is damaged: its directory leads nowhere.');
}

/**
 * @param {Buffer} packed
 * @param {Entry} entry
 * @param {string} name
 */
function unpacked(packed, { method, bytes }, name) {
  if (bytes > ENTRY_BYTES_MAX) {
    throw new RangeError(`${name} of the archive is larger than ${ENTRY_BYTES_MAX} bytes.`);
  }
  if (method === STORED) return packed;
  if (method === DEFLATED) return inflateRawSync(packed, { maxOutputLength: Math.max(1, bytes) });
  throw new RangeError(
    `${name} of the archive is packed in a way (${method}) that is not read here.`,
  );
}
