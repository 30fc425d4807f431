import { existsSync } from 'node:fs';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { CliError, EXIT } from './exit-codes.js';

const OWNER_ONLY = 0o600;
const FOLDER_MODE = 0o700;

const kept = z.object({
  /** The server that is asked when none is named. */
  current: z.string().optional(),
  /** API tokens by the server's address. */
  tokens: z.record(z.string(), z.string()),
});
/** Where `sortie` is signed in. */
export type Credentials = z.infer<typeof kept>;

/** The file that sign-ins are kept in (XDG Base Directory Specification). */
export const credentialsPath = (env: NodeJS.ProcessEnv = process.env): string =>
  join(env['XDG_CONFIG_HOME'] || join(homedir(), '.config'), 'sortie', 'credentials.json');

/** Reads the sign-ins; none when there is no file. Errors: {@link CliError} for one that is none of ours. */
export async function readCredentials(path: string): Promise<Credentials> {
  if (!existsSync(path)) return { tokens: {} };
  try {
    return kept.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (cause) {
    const message = `${path} can not be read: remove it, and sign in again with sortie sign-in <url>.`;
    throw new CliError(EXIT.usage, message, cause);
  }
}

/** Keeps the sign-ins, for the owner's eyes alone; the file is there whole, or as it was. */
export async function writeCredentials(path: string, credentials: Credentials): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: FOLDER_MODE });
  const draft = `${path}.${process.pid}.new`;
  const file = await open(draft, 'w', OWNER_ONLY);
  try {
    await file.writeFile(`${JSON.stringify(credentials, null, 2)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, path).catch(async (cause: unknown) => {
    await rm(draft, { force: true });
    throw cause;
  });
}
