import { readdirSync, readFileSync } from 'node:fs';

const STILL_MS_MAX = 10_000;

/** Sends SIGSTOP and returns once the process stands still, with all of its threads: the signal takes its time. */
export function freeze(pid: number): void {
  process.kill(pid, 'SIGSTOP');
  const tasks = `/proc/${pid}/task`;
  const isStopped = (task: string): boolean =>
    /\) [TtZ] /.test(readFileSync(`${tasks}/${task}/stat`, 'latin1'));
  const end = performance.now() + STILL_MS_MAX;
  while (!readdirSync(tasks).every(isStopped)) {
    if (performance.now() > end) throw new Error(`Process ${pid} goes on although it was stopped.`);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
  }
}
