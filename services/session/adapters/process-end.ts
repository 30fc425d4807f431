import { setTimeout as delay } from 'node:timers/promises';
import type { Isolation, SessionPlace } from './process-isolation.js';
import { END_POLL_MS, KILL_MS_MAX, TERMINATE_MS_MAX } from './process-limits.js';
import { DISPLAY_PROGRAM } from './process-supervisor.js';
import { signalProcess } from './process-table.js';
import { RuntimeFailure, type RuntimeEnd } from './runtime-driver.js';

/**
 * Ends all processes of a session: asks the app, then the display, then kills what is left. Throws
 * `StopTimedOut` when something survives even that, such as a process stuck in the kernel.
 */
export async function endProcesses(isolation: Isolation, place: SessionPlace): Promise<RuntimeEnd> {
  if (isolation.members(place).length === 0) return 'gone';
  if (await askToEnd(isolation, place)) return 'terminated';
  const deadline = Date.now() + KILL_MS_MAX;
  do {
    isolation.kill(place);
    await delay(END_POLL_MS);
    if (isolation.members(place).length === 0) return 'killed';
  } while (Date.now() < deadline);
  const left = isolation.members(place).map((one) => one.pid);
  throw new RuntimeFailure(
    'StopTimedOut',
    `Processes ${left.join(', ')} of the session survive SIGKILL: they wait in the kernel, usually for a disk.`,
  );
}

/** TERM to each process once, to the display only when nothing else is left, so that an app can say goodbye. */
async function askToEnd(isolation: Isolation, place: SessionPlace): Promise<boolean> {
  const asked = new Set<number>();
  const deadline = Date.now() + TERMINATE_MS_MAX;
  for (;;) {
    const members = isolation.members(place);
    if (members.length === 0) return true;
    if (Date.now() > deadline) return false;
    const clients = members.filter((one) => one.program !== DISPLAY_PROGRAM);
    for (const { pid } of clients.length > 0 ? clients : members) {
      if (!asked.has(pid)) signalProcess(pid, 'SIGTERM');
      asked.add(pid);
    }
    await delay(END_POLL_MS);
  }
}
