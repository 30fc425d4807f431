import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { SESSION_FILES } from './process-folder.js';
import type { SessionLimits, UidRange } from './process-limits.js';
import { getProgram, SESSION_PATH } from './process-programs.js';
import { listProcesses, listUids, readArguments, type LiveProcess } from './process-table.js';
import { RuntimeFailure } from './runtime-driver.js';

/** A session as an isolation sees it. */
export interface SessionPlace {
  readonly folder: string;
  readonly uid: number;
}

/** How sessions are kept apart from the server, from each other and from the machine. */
export interface Isolation {
  readonly kind: 'uid' | 'sandbox';
  /** Picks the uid that a new session runs as; `taken` are those with a folder. */
  chooseUid(taken: readonly number[]): number;
  /** Wraps a command so that it runs isolated in the session's folder. Throws `ProgramMissing`. */
  wrap(place: SessionPlace, limits: SessionLimits, command: readonly string[]): Promise<string[]>;
  /** The live processes of a session, found without any record of them. */
  members(place: SessionPlace): LiveProcess[];
  /** Kills all of them; forks in flight may survive one call, so it is repeated. */
  kill(place: SessionPlace): void;
}

/** The whole environment of a session: nothing of the server's own is inherited. */
export function sessionEnvironment(folder: string): Record<string, string> {
  return {
    PATH: SESSION_PATH,
    HOME: join(folder, SESSION_FILES.home),
    TMPDIR: join(folder, SESSION_FILES.tmp),
    XDG_RUNTIME_DIR: join(folder, SESSION_FILES.run),
    XAUTHORITY: join(folder, SESSION_FILES.cookie),
    USER: 'user',
    LOGNAME: 'user',
    SHELL: '/bin/bash',
    LANG: 'C.UTF-8',
    // A session's uid has no name, and a shell would greet its user with "I have no name!".
    PS1: '\\W\\$ ',
  };
}

/** Bounds a command with prlimit(1): soft and hard, so that the session cannot raise them. */
export async function limited(
  limits: SessionLimits,
  command: readonly string[],
  path?: string,
): Promise<string[]> {
  return [
    await getProgram('prlimit', path),
    `--nproc=${limits.processesMax}`,
    `--data=${limits.dataBytesMax}`,
    `--fsize=${limits.fileBytesMax}`,
    `--nofile=${limits.openFilesMax}`,
    '--core=0',
    '--msgqueue=0',
    '--',
    ...command,
  ];
}

/**
 * For a server that is root: every session has a uid of its own with no group, no capability and no way
 * to gain one. Whatever has that uid belongs to the session, however far it has daemonised.
 */
export function uidIsolation(uids: UidRange, path?: string): Isolation {
  const members = ({ uid }: SessionPlace) =>
    // Never scan for a uid outside the range, whatever a record says: it would be somebody else's.
    uid < uids.min || uid > uids.max ? [] : listProcesses().filter((one) => isOf(one, uid));
  return {
    kind: 'uid',
    chooseUid: (taken) => chooseFreeUid(uids, taken),
    wrap: async ({ uid }, limits, command) => [
      ...(await asUid(uid, path)),
      ...(await limited(limits, command, path)),
    ],
    members,
    kill: (place) => {
      if (members(place).length > 0) killEverythingOf(place.uid);
    },
  };
}

/** Runs a command as a uid with no group, no capability and no way to gain one; the command follows. */
export async function asUid(uid: number, path?: string): Promise<string[]> {
  return [
    ...[await getProgram('setpriv', path), '--reuid', String(uid), '--regid', String(uid)],
    ...['--clear-groups', '--no-new-privs', '--inh-caps=-all', '--bounding-set=-all', '--'],
  ];
}

/** True for a process of a uid, and for a setpriv of ours that is about to become one. */
export function isOf(one: LiveProcess, uid: number): boolean {
  if (one.uids.includes(uid)) return true;
  return one.program === 'setpriv' && readArguments(one.pid)[2] === String(uid);
}

/**
 * Picks a uid of the range that no process and no session folder has. What a session left behind and nobody has reaped
 * yet counts against the limit of processes, and the next session of that uid could not even start its display: such
 * a uid is the last choice.
 */
export function chooseFreeUid(uids: UidRange, taken: readonly number[]): number {
  const liveUids = () => listProcesses().flatMap((one) => one.uids);
  const uid =
    findUidBeside(uids, new Set([...taken, ...listUids()])) ??
    findUidBeside(uids, new Set([...taken, ...liveUids()]));
  if (uid !== undefined) return uid;
  throw new RuntimeFailure(
    'IsolationUnavailable',
    `All ${uids.max - uids.min + 1} session uids (${uids.min} to ${uids.max}) are in use: stop sessions or widen the range.`,
  );
}

function findUidBeside(uids: UidRange, used: ReadonlySet<number>): number | undefined {
  const count = uids.max - uids.min + 1;
  // From a random place, so that servers on one machine and sessions in a row seldom meet at the same uid.
  const first = randomInt(count);
  for (let step = 0; step < count; step++) {
    const uid = uids.min + ((first + step) % count);
    if (!used.has(uid)) return uid;
  }
  return undefined;
}

/**
 * kill(-1) as the uid itself: the kernel signals all its processes in one go, so a process that forks
 * faster than we scan does not get away.
 */
function killEverythingOf(uid: number): void {
  const args = [`--reuid=${uid}`, `--regid=${uid}`, '--clear-groups'];
  spawn('setpriv', [...args, '--', '/bin/sh', '-c', 'kill -KILL -1'], { stdio: 'ignore' })
    // A scan follows each call, so a failure here shows as processes that are still there.
    .on('error', () => undefined)
    .unref();
}
