import { readlinkSync } from 'node:fs';
import { listProcesses, signalProcess } from '#services/session/adapters/process-table.js';
import { openProcessRuntimeDriver } from '#services/session/adapters/process-runtime-driver.js';

/** The program that every runtime has one of. */
const DISPLAY = 'Xtigervnc';

type Display = Readonly<{ pid: number; sessionId: string }>;

/**
 * How many displays live below a runtime folder, by session id. They are found among the machine's processes, by the
 * folder that each works in, and no driver is asked: what a driver has forgotten is found all the same.
 */
export function liveRuntimes(runtimeDir: string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { sessionId } of displaysBelow(runtimeDir)) {
    counts.set(sessionId, (counts.get(sessionId) ?? 0) + 1);
  }
  return counts;
}

/** The process of a session's display below a runtime folder, which tells one desktop from another in its place. */
export const displayOf = (runtimeDir: string, id: string): number | undefined =>
  displaysBelow(runtimeDir).find(({ sessionId }) => sessionId === id)?.pid;

/** Ends every runtime below a folder, for tests that have ended every Sortie there. */
export async function endRuntimes(runtimeDir: string): Promise<void> {
  const driver = await openProcessRuntimeDriver({ runtimeDir });
  for (const { sessionId } of await driver.list()) await driver.stop(sessionId);
  await driver.close();
  // What has no record any more, as in a test that failed over just that.
  for (const { pid } of displaysBelow(runtimeDir)) signalProcess(pid, 'SIGKILL');
}

function displaysBelow(runtimeDir: string): Display[] {
  return listProcesses().flatMap(({ pid, program }) => {
    const folder = program === DISPLAY ? folderOf(pid) : '';
    if (!folder.startsWith(`${runtimeDir}/`)) return [];
    // The kernel adds a word to the name of a folder that is gone.
    return [{ pid, sessionId: folder.slice(runtimeDir.length + 1).replace(' (deleted)', '') }];
  });
}

function folderOf(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    // It has ended in the meantime.
    return '';
  }
}
