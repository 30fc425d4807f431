// The processes of the viewer bench and what they use, read from /proc.
import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { freePort } from '#test/support/free-port.js';

const TICKS_PER_SECOND = 100;
const POLL_MS = 50;
const START_MS = 10_000;

/** Starts a compiled module beside this one and resolves with the first message it sends. */
export async function forkBeside<T>(
  module: string,
  args: readonly string[] = [],
): Promise<{ child: ChildProcess; told: T }> {
  const child = fork(new URL(module, import.meta.url), args);
  const ended = once(child, 'exit').then(() => {
    throw new Error(`${module} ended before it had said anything.`);
  });
  const [told] = (await Promise.race([once(child, 'message'), ended])) as [T];
  // Ending later is its own affair.
  ended.catch(() => undefined);
  return { child, told };
}

/** Starts Debian's websockify in front of a port; undefined where it is not installed. */
export async function startWebsockify(targetPort: number) {
  const port = await freePort();
  const child = spawn('/usr/bin/websockify', [`127.0.0.1:${port}`, `127.0.0.1:${targetPort}`], {
    stdio: 'ignore',
  });
  const isThere = await new Promise<boolean>((resolve) => {
    child.once('error', () => resolve(false));
    child.once('spawn', () => resolve(true));
  });
  if (!isThere) return undefined;
  for (let waitedMs = 0; !(await accepts(port)); waitedMs += POLL_MS) {
    if (waitedMs > START_MS) throw new Error(`websockify did not listen within ${START_MS} ms.`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  return { child, port };
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

/** CPU seconds that a process, its children and those it has waited for have used. */
export function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1)?.split(' ') ?? [];
  const own = [11, 12, 13, 14].reduce((sum, at) => sum + Number(fields[at]), 0) / TICKS_PER_SECOND;
  return childrenOf(pid).reduce((sum, child) => sum + cpuSeconds(child), own);
}

/** MiB of anonymous memory that a process and its children hold. */
export function anonymousMib(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'latin1');
  const own = Number(/RssAnon:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
  return childrenOf(pid).reduce((sum, child) => sum + anonymousMib(child), own);
}

function childrenOf(pid: number): number[] {
  const list = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').trim();
  return list === '' ? [] : list.split(' ').map(Number);
}
