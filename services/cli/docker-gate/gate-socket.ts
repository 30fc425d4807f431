import { chmodSync, chownSync } from 'node:fs';
import { lstat, rm } from 'node:fs/promises';
import type { Server } from 'node:http';
import { connect } from 'node:net';
import type { GateSettings } from './gate-settings.js';

/** Linux's sun_path without its final zero (unix(7)). */
const PATH_BYTES_MAX = 107;
const OWN_MODE = 0o600;
const SHARED_MODE = 0o660;

/** A socket that is listened on. */
export type Listening = Readonly<{
  /** Takes no more connections; resolves when the last is gone. */
  close: () => Promise<void>;
}>;

type Where = Pick<GateSettings, 'listenPath' | 'owner'>;

/** Has a server listen on a unix socket that its owner alone can open. Throws an Error that says what to do. */
export async function listenOn(server: Server, { listenPath, owner }: Where): Promise<Listening> {
  const bytes = Buffer.byteLength(listenPath);
  if (bytes > PATH_BYTES_MAX) {
    throw new Error(
      `${listenPath} has ${bytes} bytes and the system allows ${PATH_BYTES_MAX} for a socket: choose a shorter path for --listen.`,
    );
  }
  await removeStale(listenPath);
  // From its first moment on nobody else can open it.
  const before = process.umask(0o177);
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(listenPath, resolve);
    });
    if (owner) chownSync(listenPath, owner.uid, owner.gid);
    chmodSync(listenPath, owner ? SHARED_MODE : OWN_MODE);
  } catch (cause) {
    server.close();
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(
      `The gate can't listen on ${listenPath}${owner ? ` for ${owner.uid}:${owner.gid}` : ''}: ${why}.`,
      { cause },
    );
  } finally {
    process.umask(before);
  }
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeIdleConnections();
    });
  return { close };
}

/** A gate that was killed leaves its socket. */
async function removeStale(path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined) return;
  if (!found.isSocket()) throw new Error(`${path} is no socket: choose another path for --listen.`);
  if (await isAnswered(path)) {
    throw new Error(`Another gate listens on ${path}: end it first, or choose another --listen.`);
  }
  await rm(path);
}

function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const tried = connect(path);
    tried.once('connect', () => {
      tried.destroy();
      resolve(true);
    });
    tried.once('error', () => resolve(false));
  });
}
