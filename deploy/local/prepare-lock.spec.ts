import { existsSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { withPrepareLock } from './prepare-lock.js';

const PID_BEYOND_ALL = 2 ** 30;

let folder: string;
let lock: string;
beforeEach(() => {
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
  folder = mkdtempSync(join(tmpdir(), 'sortie-lock-'));
  lock = join(folder, 'data/prepare.lock');
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

const abandon = async (pids: number[], ageMs: number) => {
  await withPrepareLock(lock, () => Promise.resolve());
  writeFileSync(lock, JSON.stringify({ token: 'gone', pids }));
  const then = new Date(Date.now() - ageMs);
  utimesSync(lock, then, then);
};

describe('the lock on node_modules and dist', () => {
  it('lets one work at a time', async () => {
    let working = 0;
    let most = 0;
    const work = async () => {
      most = Math.max(most, ++working);
      await sleep(20);
      working -= 1;
    };
    await Promise.all([withPrepareLock(lock, work), withPrepareLock(lock, work)]);
    expect(most).toBe(1);
    expect(existsSync(lock)).toBe(false);
  });

  it('is let go when the work fails', async () => {
    const failing = withPrepareLock(lock, () => Promise.reject(new Error('no')));
    await expect(failing).rejects.toThrow('no');
    expect(existsSync(lock)).toBe(false);
  });

  it('is taken over, by one of two, from a holder that died', async () => {
    await abandon([PID_BEYOND_ALL], 60_000);
    let working = 0;
    let most = 0;
    const work = async () => {
      most = Math.max(most, ++working);
      await sleep(20);
      working -= 1;
    };
    await Promise.all([withPrepareLock(lock, work), withPrepareLock(lock, work)]);
    expect(most).toBe(1);
  });

  it('is not taken from a killed holder whose npm still runs', async () => {
    await abandon([PID_BEYOND_ALL, process.ppid], 60_000);
    let taken = false;
    const waiting = withPrepareLock(lock, () => Promise.resolve((taken = true)));
    await vi.waitFor(() =>
      expect(console.error).toHaveBeenCalledWith(expect.stringMatching(/waiting/)),
    );
    expect(taken).toBe(false);
    rmSync(lock);
    await waiting;
    expect(taken).toBe(true);
  });
});
