import { statfs } from 'node:fs/promises';

/** Reads how many bytes this process could still write in a folder. Errors: those of the file system. */
export async function diskFree(folder: string): Promise<number> {
  // Not bfree: some of that is kept for root.
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}
