import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** A live process as /proc shows it; zombies are left out, they do nothing any more. */
export interface LiveProcess {
  readonly pid: number;
  /** The program's name, cut to 15 bytes by the kernel; a process can change its own. */
  readonly program: string;
  /** Real, effective, saved and file-system uid. */
  readonly uids: readonly number[];
}

/** Names one process for good: a pid alone is handed out again, with its start time it is not. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks after boot, field 22 of /proc/<pid>/stat. */
  readonly startTime: string;
}

const START_TIME_FIELD = 19;

/** Lists the live processes of this machine. /proc is memory: reading it does not wait for a disk. */
export function listProcesses(): LiveProcess[] {
  return listStatuses().flatMap(({ pid, status }) => {
    if (/^State:\s+[ZX]/m.test(status)) return [];
    const program = /^Name:\t(.*)$/m.exec(status)?.[1] ?? '';
    return [{ pid, program, uids: uidsIn(status) }];
  });
}

/** Lists the uids that any process has. The kernel counts a zombie among those of its uid until it is reaped. */
export function listUids(): Set<number> {
  return new Set(listStatuses().flatMap(({ status }) => uidsIn(status)));
}

function listStatuses(): { pid: number; status: string }[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((entry) => {
      const status = readOrGone(() => readFileSync(`/proc/${entry}/status`, 'latin1'));
      return status === undefined ? [] : [{ pid: Number(entry), status }];
    });
}

const uidsIn = (status: string): number[] =>
  /^Uid:\s+(.*)$/m.exec(status)?.[1]?.split(/\s+/).map(Number) ?? [];

/** Finds when a live process started, or undefined when it is gone or a zombie. */
export function findStartTime(pid: number): string | undefined {
  const stat = readOrGone(() => readFileSync(`/proc/${pid}/stat`, 'latin1'));
  // The program's name may hold spaces and brackets; fields count from behind the last bracket.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (fields === undefined || fields[0] === 'Z' || fields[0] === 'X') return undefined;
  return fields[START_TIME_FIELD];
}

export function isAlive(process: ProcessIdentity): boolean {
  return findStartTime(process.pid) === process.startTime;
}

export function readArguments(pid: number): string[] {
  return (
    readOrGone(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8'))
      ?.split('\0')
      .slice(0, -1) ?? []
  );
}

/** The pid namespace of a process, or undefined when it is gone or hidden from us. */
export function findPidNamespace(pid: number | 'self'): string | undefined {
  return readOrGone(() => readlinkSync(`/proc/${pid}/ns/pid`));
}

/** Names this boot of the machine: no process of an earlier boot can still run. */
export function readBootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
}

/** Sends a signal; false when the process is gone already. */
export function signalProcess(pid: number, signal: NodeJS.Signals): boolean {
  return readOrGone(() => process.kill(pid, signal)) ?? false;
}

const GONE = new Set(['ENOENT', 'ESRCH', 'EACCES', 'EPERM']);

function readOrGone<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof Error && 'code' in error && GONE.has(String(error.code))) return undefined;
    throw error;
  }
}
