import { readdirSync, readFileSync } from 'node:fs';
import { until } from './waits.js';

/** Waits until a process that was sent SIGSTOP stands still, with all of its threads: the signal takes its time. */
export async function untilFrozen(pid: number): Promise<void> {
  const tasks = `/proc/${pid}/task`;
  const isStopped = (task: string): boolean =>
    /\) T /.test(readFileSync(`${tasks}/${task}/stat`, 'latin1'));
  await until(`process ${pid} stands still`, () => readdirSync(tasks).every(isStopped));
}
