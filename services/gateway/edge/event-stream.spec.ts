import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Commit } from '#shared/es/commit.js';
import { streamEvents } from './event-stream.js';
import type { EventTail } from './event-tail.js';

/** A response whose client reads when the test says so. */
class Response extends EventEmitter {
  text = '';
  isFull = false;
  writableNeedDrain = false;
  write(chunk: string): boolean {
    this.text += chunk;
    this.writableNeedDrain = this.isFull;
    return !this.isFull;
  }
  drain(): void {
    this.isFull = false;
    this.writableNeedDrain = false;
    this.emit('drain');
  }
  end = vi.fn();
  destroy = vi.fn(() => this.emit('close'));
  get ids(): number[] {
    return [...this.text.matchAll(/^id: (\d+)$/gm)].map((match) => Number(match[1]));
  }
}

const commit = (sequence: number): Commit =>
  ({ sequence, events: [{ type: 'a.b.C.v1' }] }) as unknown as Commit;

/** A log of eight commits that comes in one batch. */
const tail = {
  head: async () => 2,
  async *from(_after: number, signal: AbortSignal) {
    yield { commits: [3, 4, 5, 6, 7, 8].map(commit), through: 8 };
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
  },
} as unknown as EventTail;

let response: Response;
let ending: AbortController;
let streaming: Promise<void>;
const start = (visible: (commit: Commit) => Promise<{ type: string }[]>) => {
  const parts = { tail, visible, after: undefined, signal: ending.signal };
  streaming = streamEvents(response as unknown as ServerResponse, parts);
  return vi.advanceTimersByTimeAsync(0);
};

beforeEach(() => {
  vi.useFakeTimers();
  response = new Response();
  ending = new AbortController();
});
afterEach(() => {
  vi.useRealTimers();
});

it('a heartbeat never takes a client’s place back, not even within a batch', async () => {
  let goOn: () => void = () => undefined;
  await start(async ({ sequence }) => {
    if (sequence === 6) await new Promise<void>((resolve) => (goOn = resolve));
    return [{ type: 'a.b.C.v1' }];
  });
  await vi.advanceTimersByTimeAsync(15_000);
  goOn();
  await vi.advanceTimersByTimeAsync(0);
  expect(response.ids.at(-1)).toBe(8);
  expect(response.ids).toEqual(response.ids.toSorted((a, b) => a - b));
});

it('a client that takes nothing is waited for', async () => {
  response.isFull = true;
  await start(async () => [{ type: 'a.b.C.v1' }]);
  expect(response.ids).toEqual([2, 3]);
  response.drain();
  await vi.advanceTimersByTimeAsync(0);
  expect(response.ids.at(-1)).toBe(8);
});

it('an ended stream’s client has half a second to take the last of it', async () => {
  await start(async () => []);
  ending.abort();
  await streaming;
  expect(response.end).toHaveBeenCalled();
  expect(response.destroy).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(500);
  expect(response.destroy).toHaveBeenCalled();
});
