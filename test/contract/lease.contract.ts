import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Lease } from '#shared/es/lease.js';

export type OpenedLeases = {
  /** A lease as one process has it. */
  lease: (name: string) => Lease;
  cleanup: () => Promise<void>;
};

/** What every lease promises its holder, also where there can be no other; run on each adapter. */
export function leaseContract(name: string, open: () => Promise<OpenedLeases>): void {
  let opened: OpenedLeases;
  beforeEach(async () => {
    opened = await open();
  });
  afterEach(() => opened.cleanup());

  describe(`${name}: a lease`, () => {
    it('is taken, renewed and taken again after it was let go', async () => {
      const lease = opened.lease('thing');
      await lease.release();
      expect(await lease.take()).toBe(true);
      expect(await lease.take()).toBe(true);
      await lease.release();
      expect(await lease.take()).toBe(true);
      expect(await lease.take('seize')).toBe(true);
    });

    it('of the same process is the same whoever asks, and does not touch another', async () => {
      expect(await opened.lease('thing').take()).toBe(true);
      expect(await opened.lease('thing').take()).toBe(true);
      expect(await opened.lease('other').take()).toBe(true);
      await opened.lease('other').release();
      expect(await opened.lease('thing').take()).toBe(true);
    });

    it('goes to one of those who ask at once, and that is the same process', async () => {
      const leases = Array.from({ length: 20 }, () => opened.lease('thing').take());
      expect(await Promise.all(leases)).toEqual(leases.map(() => true));
    });
  });
}
