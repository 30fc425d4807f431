import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { zipEntry } from './zip-entry.js';

type File = Readonly<{ name: string; text: string; method?: number; comment?: string }>;

/** Writes an archive as zip does, without checksums, which are not read. */
function archiveOf(files: readonly File[], comment = ''): Buffer {
  const parts: Buffer[] = [];
  const entries: Buffer[] = [];
  let offset = 0;
  for (const { name, text, method = 8, comment: note = '' } of files) {
    const plain = Buffer.from(text);
    const packed = method === 8 ? deflateRawSync(plain) : plain;
    const header = Buffer.alloc(30);
    header.writeUInt32LE(0x04034b50, 0);
    header.writeUInt16LE(method, 8);
    header.writeUInt16LE(name.length, 26);
    // The extra field of the header is not that of the directory.
    header.writeUInt16LE(4, 28);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(method, 10);
    entry.writeUInt32LE(packed.length, 20);
    entry.writeUInt32LE(plain.length, 24);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt16LE(note.length, 32);
    entry.writeUInt32LE(offset, 42);
    entries.push(Buffer.concat([entry, Buffer.from(name + note)]));
    const part = Buffer.concat([header, Buffer.from(`${name}xtra`), packed]);
    parts.push(part);
    offset += part.length;
  }
  const directory = Buffer.concat(entries);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  end.writeUInt16LE(comment.length, 20);
  return Buffer.concat([...parts, directory, end, Buffer.from(comment)]);
}

const FILES: readonly File[] = [
  { name: 'helm/', text: '', method: 0 },
  { name: 'helm/helm', text: 'a program '.repeat(1_000), comment: 'a note' },
  { name: 'plain', text: 'as it is', method: 0 },
];

describe('a file of a ZIP archive', () => {
  it('is taken out by its path, packed or not', () => {
    const archive = archiveOf(FILES);
    expect(zipEntry(archive, 'helm/helm').toString()).toBe('a program '.repeat(1_000));
    expect(zipEntry(archive, 'plain').toString()).toBe('as it is');
  });

  it('is found before a comment of the archive, too', () => {
    expect(zipEntry(archiveOf(FILES, 'made by hand'), 'plain').toString()).toBe('as it is');
  });

  it('that is not there is told', () => {
    expect(() => zipEntry(archiveOf(FILES), 'kubectl')).toThrow('The archive has no kubectl.');
  });

  it('of half an archive, or of none, is told', () => {
    const archive = archiveOf(FILES);
    const half = archive.subarray(0, archive.length / 2);
    for (const broken of [half, Buffer.from('no archive'), Buffer.alloc(0)]) {
      expect(() => zipEntry(broken, 'plain')).toThrow('no ZIP archive, or only the beginning');
    }
  });

  it('of an archive whose directory leads nowhere is told', () => {
    const archive = archiveOf(FILES);
    archive.writeUInt32LE(archive.length + 5, archive.length - 6);
    expect(() => zipEntry(archive, 'plain')).toThrow('its directory leads nowhere');
  });

  it('that is packed in another way is told', () => {
    const archive = archiveOf([{ name: 'x', text: 'y', method: 12 }]);
    expect(() => zipEntry(archive, 'x')).toThrow('packed in a way (12) that is not read here');
  });

  it('that says it is shorter, longer or far too long is not believed', () => {
    const withLength = (bytes: number): Buffer => {
      const archive = archiveOf([{ name: 'x', text: 'y'.repeat(100) }]);
      archive.writeUInt32LE(bytes, archive.indexOf(Buffer.from([0x50, 0x4b, 1, 2])) + 24);
      return archive;
    };
    expect(() => zipEntry(withLength(10), 'x')).toThrow('larger than 10 bytes');
    expect(() => zipEntry(withLength(101), 'x')).toThrow('ends before its 101 bytes');
    expect(() => zipEntry(withLength(2 ** 31), 'x')).toThrow('is larger than');
  });
});
