import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The ways in which a text can lie in a file: as it is, in UTF-16, in base64 wherever it begins, in hex. */
function formsOf(text: string): Buffer[] {
  const utf8 = Buffer.from(text, 'utf8');
  const utf16 = Buffer.from(text, 'utf16le');
  const base64 = [0, 1, 2].map((before) => {
    const encoded = Buffer.concat([Buffer.alloc(before), utf8]).toString('base64');
    // What shares a digit with its neighbours is left out.
    return encoded.slice(before === 0 ? 0 : before + 1, Math.floor((before + utf8.length) / 3) * 4);
  });
  const encoded = base64.filter((form) => form.length >= 6);
  const urls = encoded.map((form) => form.replaceAll('+', '-').replaceAll('/', '_'));
  const hex = utf8.toString('hex');
  return [
    ...[utf8, utf16, Buffer.from(utf16).swap16()],
    ...[...encoded, ...urls, hex, hex.toUpperCase()].map((form) => Buffer.from(form)),
  ];
}

function nothingIfGone(cause: NodeJS.ErrnoException): Buffer {
  if (cause.code !== 'ENOENT') throw cause;
  return Buffer.alloc(0);
}

/** Says in which files under a folder a text is, in any of its forms. */
export async function tracesOf(folder: string, text: string): Promise<string[]> {
  const forms = formsOf(text);
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const found: string[] = [];
  for (const entry of entries.filter((one) => one.isFile())) {
    const path = join(entry.parentPath, entry.name);
    // What a database has removed meanwhile holds nothing any more.
    const bytes = await readFile(path).catch(nothingIfGone);
    if (forms.some((form) => bytes.includes(form))) found.push(path);
  }
  return found;
}
