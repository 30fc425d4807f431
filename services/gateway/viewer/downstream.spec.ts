import type { Socket } from 'node:net';
import { Writable, type Duplex } from 'node:stream';
import { describe, expect, it, vi } from 'vitest';
import { ByteBudget } from './byte-budget.js';
import { Downstream } from './downstream.js';
import { READ_BYTES } from './limits.js';
import { PAYLOAD_AT, ReadBufferPool } from './read-buffers.js';

const SMALLEST = READ_BYTES[0] + PAYLOAD_AT;

/** A viewer's socket that takes a write only when the test says so. */
function stalledSocket() {
  const waiting: (() => void)[] = [];
  const socket = new Writable({ write: (_chunk, _encoding, taken) => void waiting.push(taken) });
  return { socket: socket as Duplex, takeOne: () => waiting.shift()?.() };
}

function started(budget: ByteBudget, high = 10 * SMALLEST, low = 2 * SMALLEST) {
  const { socket, takeOne } = stalledSocket();
  const state = { readyState: 1 as const, OPEN: 1 as const };
  const downstream = new Downstream({
    viewer: socket,
    pool: new ReadBufferPool(),
    budget,
    limits: { viewerBytesHigh: high, viewerBytesLow: low },
  });
  const resume = vi.fn<() => void>();
  const nextBuffer = downstream.onread.buffer as () => Uint8Array;
  nextBuffer();
  downstream.start({ resume } as unknown as Socket, state);
  resume.mockClear();
  /** One read of `bytes` bytes; answers whether the target may be read on. */
  const read = (bytes: number) => {
    const goOn = downstream.onread.callback(bytes, Buffer.alloc(0));
    nextBuffer();
    return goOn;
  };
  return { downstream, read, resume, takeOne, state };
}

describe('bytes for a viewer that takes nothing', () => {
  it('stop the target by the buffers they hold, however few they are', () => {
    const { read } = started(new ByteBudget(Infinity));
    const answers = Array.from({ length: 11 }, () => read(1));
    expect(answers).toEqual([...Array.from({ length: 10 }, () => true), false]);
  });

  it('let the target go on once little is left', async () => {
    const { read, resume, takeOne } = started(new ByteBudget(Infinity));
    while (read(1)) continue;
    for (let taken = 0; taken < 8; taken += 1) {
      takeOne();
      await new Promise((resolve) => process.nextTick(resolve));
    }
    expect(resume).not.toHaveBeenCalled();
    takeOne();
    await vi.waitFor(() => expect(resume).toHaveBeenCalledTimes(1));
  });

  it('are held one buffer a connection while the budget of all is spent', () => {
    const budget = new ByteBudget(3 * SMALLEST);
    const [first, second] = [started(budget), started(budget)];
    expect([first.read(1), first.read(1), first.read(1)]).toEqual([true, true, false]);
    expect(second.read(1)).toBe(false);
  });

  it('are given back to the budget once when both sockets are closed', async () => {
    const budget = new ByteBudget(Infinity);
    const { downstream, read, takeOne } = started(budget);
    read(1);
    read(1);
    downstream.dispose();
    expect(budget.heldBytes).toBe(0);
    takeOne();
    await new Promise((resolve) => setImmediate(resolve));
    expect(budget.heldBytes).toBe(0);
  });
});

it('no data frame follows a close frame', () => {
  const { downstream, read, state } = started(new ByteBudget(Infinity));
  read(5);
  Object.assign(state, { readyState: 2 });
  expect(read(7)).toBe(true);
  expect(downstream.bytes).toBe(5);
});
