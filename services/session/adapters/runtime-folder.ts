import { spawn } from 'node:child_process';
import { lstat, rename } from 'node:fs/promises';
import { promisify } from 'node:util';
import { RuntimeFailure } from './runtime-driver.js';

const REMOVE_MS_MAX = 20_000;

/**
 * Moves the listening RFB socket out of the session's folder. Left there, the session could swap it for a
 * link to a socket that only the server may open, and have its viewer talk to that.
 */
export async function takeSocket(from: string, to: string, uid: number): Promise<void> {
  await rename(from, to);
  const taken = await lstat(to);
  if (taken.isSocket() && taken.uid === uid) return;
  throw new RuntimeFailure('AppEnded', 'The session replaced the socket of its display.');
}

/** Removes a folder that a session could write into, and other paths with it. Its processes must be gone. */
export async function removeFolder(folder: string, others: readonly string[] = []): Promise<void> {
  // rm(1), not fs.rm: it walks trees deeper than PATH_MAX, which a session can build in its home.
  const all = [folder, ...others];
  if (await runProgram('rm', ['-rf', '--one-file-system', '--', ...all])) return;
  await runProgram('chmod', ['-R', 'u+rwX', '--', folder]);
  if (await runProgram('rm', ['-rf', '--one-file-system', '--', ...all])) return;
  throw new RuntimeFailure('StopTimedOut', `${folder} can't be removed: look at what holds it.`);
}

/** Runs a program of the system to its end; true when that went well. */
export async function runProgram(program: string, args: string[]): Promise<boolean> {
  const child = spawn(program, args, { stdio: 'ignore', timeout: REMOVE_MS_MAX });
  const ended = promisify<number | null>((done) => {
    child.once('error', (error) => done(error, null));
    child.once('close', (code) => done(null, code));
  });
  return (await ended().catch(() => null)) === 0;
}
