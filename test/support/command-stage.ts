import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AREAS } from '#shared/es/operation.js';
import type { Client } from './client.js';
import { type Ran, runSortie } from './command-line.js';
import { administrator } from './people.js';
import { sortieFolders, startSortie } from './sortie.js';

const ALL = AREAS.flatMap((area) => [`${area}:read`, `${area}:write`]);

/** The built server, and the built command of somebody who has not signed in to it yet: it goes over the control socket. */
export async function openCommandStage() {
  const folders = await sortieFolders();
  const folder = await mkdtemp(join(tmpdir(), 'sortie-config-'));
  const sortie = await startSortie(folders);
  const admin = await administrator(sortie);
  const inFolder = (name: string): string => join(folder, name);

  async function tokenOf(client: Client, scopes: readonly string[] = ALL): Promise<string> {
    const asked = { name: 'cli', scopes, expires_in_days: 1 };
    const { status, body } = await client.post('/api/me/tokens', asked);
    if (status !== 201) throw new Error(`The token was refused: ${JSON.stringify(body)}`);
    return body.token;
  }
  /** Keeps a token in a file, and resolves with what the command is told to use it. */
  async function tokenFile(name: string, client: Client, scopes?: readonly string[]) {
    await writeFile(inFolder(name), await tokenOf(client, scopes));
    return ['--url', sortie.url, '--token-file', inFolder(name)] as const;
  }
  const env = { SORTIE_DATA: folders.dataPath, XDG_CONFIG_HOME: folder };
  const run = (args: readonly string[], input?: string): Promise<Ran> =>
    runSortie(args, { env, ...(input !== undefined && { input }) });
  const close = async (): Promise<void> => {
    await sortie.end();
    await folders.remove();
    await rm(folder, { recursive: true, force: true });
  };
  return { ...{ folders, sortie, admin, env }, inFolder, tokenOf, tokenFile, run, close };
}
export type CommandStage = Awaited<ReturnType<typeof openCommandStage>>;

/** What a command that is to print JSON printed. */
export async function jsonOf<T>(ran: Promise<Ran>): Promise<T> {
  const { code, stdout, stderr } = await ran;
  if (code !== 0) throw new Error(`It ended with ${code}: ${stderr}`);
  return JSON.parse(stdout) as T;
}
