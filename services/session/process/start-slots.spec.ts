import { describe, expect, it } from 'vitest';
import { StartSlots } from './start-slots.js';

const signal = () => new AbortController().signal;
/** Work that ends when it is told to. */
function gate() {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open: () => open() };
}

describe('start slots', () => {
  it('let so many run at once and the others wait in order', async () => {
    const slots = new StartSlots(2);
    const started: number[] = [];
    const gates = [gate(), gate(), gate(), gate()];
    const runs = gates.map(({ opened }, i) =>
      slots.run(signal(), async () => {
        started.push(i);
        await opened;
      }),
    );
    await Promise.resolve();
    await Promise.resolve();
    expect(started).toEqual([0, 1]);
    for (const { open } of gates) open();
    await Promise.all(runs);
    expect(started).toEqual([0, 1, 2, 3]);
  });

  it('let go of who no longer wants to wait', async () => {
    const slots = new StartSlots(1);
    const first = gate();
    const running = slots.run(signal(), () => first.opened);
    const abort = new AbortController();
    const waiting = slots.run(abort.signal, async () => 'never');
    abort.abort(new Error('no longer wanted'));
    await expect(waiting).rejects.toThrow('no longer wanted');
    first.open();
    await running;
    expect(await slots.run(signal(), async () => 'free again')).toBe('free again');
  });

  it('are freed by work that fails', async () => {
    const slots = new StartSlots(1);
    await expect(slots.run(signal(), () => Promise.reject(new Error('broke')))).rejects.toThrow(
      'broke',
    );
    expect(await slots.run(signal(), async () => 1)).toBe(1);
  });
});
