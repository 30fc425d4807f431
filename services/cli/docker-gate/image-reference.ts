import { z } from 'zod';

const REFERENCE_LENGTH_MAX = 512;
const PART = /^[A-Za-z0-9]+(?:[._-]+[A-Za-z0-9]+)*$/;
const TAG = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;
const DIGEST = /^sha256:[a-f0-9]{64}$/;
const PORT = /^\d{1,5}$/;

/** An image by its name, with or without registry, tag and digest, or by its id. */
export const imageReference = z
  .string()
  .refine(isReference, { message: 'it must be the name of an image' });

/** A tag or a digest. */
export const imageVersion = z
  .string()
  .refine((tag) => TAG.test(tag) || DIGEST.test(tag), { message: 'it must be a tag or a digest' });

/** Whether a reference says which version it means; one that does not means all of them to a pull. */
export function hasVersion(reference: string): boolean {
  return /[:@]/.test(reference.slice(reference.lastIndexOf('/') + 1));
}

function isReference(reference: string): boolean {
  if (reference.length > REFERENCE_LENGTH_MAX) return false;
  if (DIGEST.test(reference)) return true;
  const [named, isDigested] = cutOff(reference, '@', DIGEST);
  const parts = named.split('/');
  const [last, isTagged] = cutOff(parts.pop() ?? '', ':', TAG);
  const [host = 'none', ...middle] = parts;
  const [name, hasPort] = cutOff(host, ':', PORT);
  const all = [name, ...middle, last];
  return isDigested && isTagged && hasPort && all.every((part) => PART.test(part));
}

/** What is before a mark, and whether what follows it, if anything, is as it must be. */
function cutOff(text: string, mark: string, wanted: RegExp): [before: string, isGood: boolean] {
  const at = text.indexOf(mark);
  return at === -1 ? [text, true] : [text.slice(0, at), wanted.test(text.slice(at + 1))];
}
