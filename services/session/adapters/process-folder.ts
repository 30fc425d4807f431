import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { chown, lstat, mkdir, open, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { REASON_BYTES_MAX } from './process-limits.js';
import { removeFolder, runProgram } from './runtime-folder.js';

/** Files of a session's folder; the supervisor script uses the same names. */
export const SESSION_FILES = {
  home: 'home',
  tmp: 'tmp',
  run: 'run',
  cookie: 'xauth',
  socket: 'rfb.sock',
  log: 'log',
  end: 'end',
  passwd: 'passwd',
  group: 'group',
} as const;

const SANDBOX_ID = 1000;

/**
 * Makes a session's folder and hands it to its uid last: after that the server never writes into it,
 * since its owner could put links in the way.
 */
export async function makeSessionFolder(folder: string, uid: number): Promise<void> {
  await mkdir(folder, { mode: 0o700 });
  const { home, tmp, run, cookie, passwd, group } = SESSION_FILES;
  for (const name of [home, tmp, run]) await mkdir(join(folder, name), { mode: 0o700 });
  const files: Record<string, Buffer | string> = {
    [cookie]: makeCookie(),
    [passwd]: `user:x:${SANDBOX_ID}:${SANDBOX_ID}::${join(folder, home)}:/bin/bash\n`,
    [group]: `user:x:${SANDBOX_ID}:\n`,
  };
  for (const [name, content] of Object.entries(files)) {
    await writeFile(join(folder, name), content, { mode: 0o600, flag: 'wx' });
  }
  if (uid === process.getuid?.()) return;
  for (const name of [home, tmp, run, ...Object.keys(files)]) {
    await chown(join(folder, name), uid, uid);
  }
  await chown(folder, uid, uid);
}

/**
 * An Xauthority file with one entry for every host and display (FamilyWild, see Xsecurity(7)):
 * family, then address, display number, name and data, each with its length, big-endian.
 */
function makeCookie(): Buffer {
  const field = (bytes: Buffer) => Buffer.concat([Buffer.from([0, bytes.length]), bytes]);
  const parts = [Buffer.alloc(0), Buffer.alloc(0), Buffer.from('MIT-MAGIC-COOKIE-1')];
  return Buffer.concat([Buffer.from([0xff, 0xff]), ...parts.map(field), field(randomBytes(16))]);
}

/** Reads the first bytes of a file that a session wrote; nothing when it is a link, a pipe or not its own. */
export async function readSessionFile(
  path: string,
  uid: number,
  bytesMax = REASON_BYTES_MAX,
): Promise<string> {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const file = await open(path, flags).catch(() => undefined);
  if (file === undefined) return '';
  try {
    const found = await file.stat();
    if (!found.isFile() || found.uid !== uid) return '';
    const { bytesRead, buffer } = await file.read(Buffer.alloc(bytesMax), 0, bytesMax, 0);
    return printable(buffer.toString('utf8', 0, bytesRead));
  } finally {
    await file.close();
  }
}

function printable(text: string): string {
  return text.replace(/[^\P{C}\n]/gu, '').trim();
}

/** Folders that every user can write to: a session's uid must leave nothing there for the next one. */
const PUBLIC_FOLDERS = ['/tmp', '/tmp/.X11-unix', '/tmp/.ICE-unix', '/var/tmp', '/dev/shm'];

/** Removes a session's folder, and what its own uid left in public places. Its processes must be gone. */
export async function removeSessionFolder(folder: string, ownUid?: number): Promise<void> {
  const left = ownUid === undefined ? [] : await findPublicFiles(ownUid);
  if (ownUid !== undefined) await removeSharedMemory(ownUid);
  await removeFolder(folder, left);
}

async function findPublicFiles(uid: number): Promise<string[]> {
  const found: string[] = [];
  for (const folder of PUBLIC_FOLDERS) {
    for (const name of await readdir(folder).catch(() => [])) {
      const path = join(folder, name);
      const file = await lstat(path).catch(() => undefined);
      if (file?.uid === uid) found.push(path);
    }
  }
  return found;
}

const SHARED_MEMORY = { shm: '--shmem-id', msg: '--queue-id', sem: '--semaphore-id' };

async function removeSharedMemory(uid: number): Promise<void> {
  for (const [kind, option] of Object.entries(SHARED_MEMORY)) {
    const file = await open(`/proc/sysvipc/${kind}`).catch(() => undefined);
    if (file === undefined) continue;
    const [head = '', ...rows] = (await file.readFile('latin1')).trim().split('\n');
    await file.close();
    const column = head.trim().split(/\s+/).indexOf('uid');
    const ids = rows
      .map((row) => row.trim().split(/\s+/))
      .filter((row) => row[column] === String(uid));
    for (const [, id = ''] of ids) await runProgram('ipcrm', [option, id]);
  }
}
