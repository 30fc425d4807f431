// Goal: a session gets a uid that nothing of an ended one counts against.
// Method: a process of that uid whose parent never waits for it stays a zombie.
import { spawn } from 'node:child_process';
import { expect, it, onTestFinished } from 'vitest';
import { chooseFreeUid } from '#services/session/adapters/process-isolation.js';
import { listProcesses, listUids } from '#services/session/adapters/process-table.js';
import { until } from '#test/support/waits.js';

it.runIf(process.getuid?.() === 0)(
  'a uid is chosen last whose processes are not reaped yet',
  async () => {
    const [unreaped, free] = [61_195, 61_196];
    const end = `setpriv --reuid ${unreaped} --regid ${unreaped} --clear-groups true`;
    // Whoever waited for the child has become a program that waits for none.
    const parent = spawn('sh', ['-c', `${end} & exec sleep 600`], { stdio: 'ignore' });
    onTestFinished(() => void parent.kill());
    const isLive = () => listProcesses().some((one) => one.uids.includes(unreaped));
    await until('the zombie', () => listUids().has(unreaped) && !isLive());
    const both = { min: unreaped, max: free };
    const chosen = Array.from({ length: 20 }, () => chooseFreeUid(both, []));
    expect(new Set(chosen)).toEqual(new Set([free]));
    expect(chooseFreeUid({ min: unreaped, max: unreaped }, [])).toBe(unreaped);
  },
);
