import { z } from 'zod';

export const PAGE_SIZE_DEFAULT = 100;
export const PAGE_SIZE_MAX = 1_000;

/** What every list takes: how many, and where the page before it ended. */
export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(PAGE_SIZE_MAX).default(PAGE_SIZE_DEFAULT),
  cursor: z
    .string()
    .max(512)
    .regex(/^[A-Za-z0-9_-]+$/, 'is no cursor of this list')
    .optional(),
};

/** An opaque cursor: the sort key of the last row of a page. It grants nothing. */
export const encodeCursor = (key: string | number): string =>
  Buffer.from(JSON.stringify(key)).toString('base64url');

/** Reads a cursor; undefined when it is none of ours. */
export function decodeCursor(cursor: string): string | number | undefined {
  try {
    const key: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return typeof key === 'string' || typeof key === 'number' ? key : undefined;
  } catch {
    return undefined;
  }
}
