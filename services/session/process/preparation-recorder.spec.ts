import { afterEach, beforeEach, describe, expect, it, type Mock, vi } from 'vitest';
import type { Bus, Reply } from '#shared/es/operation.js';
import type { StartProgress } from '../adapters/runtime-driver.js';
import { PreparationRecorder, RECORD_INTERVAL_MS } from './preparation-recorder.js';
import type { SupervisorLog } from './supervisor-parts.js';

const DONE: Reply<null> = { kind: 'done', result: null };
const start = { sessionId: 's1', startedAt: '2026-11-20T10:00:00.000Z' };
const bytes = (done: number): StartProgress => ({ step: 'image', done, total: 100 });

let recorded: number[];
let answer: () => Promise<Reply<null>>;
let log: Mock<SupervisorLog>;
let abort: AbortController;
let recorder: PreparationRecorder;

beforeEach(() => {
  vi.useFakeTimers();
  recorded = [];
  answer = async () => DONE;
  log = vi.fn();
  abort = new AbortController();
  const request = async (_: unknown, { done }: { done: number }) => {
    recorded.push(done);
    return answer();
  };
  const bus = { request } as unknown as Bus;
  recorder = new PreparationRecorder({ bus, log }, { ...start, signal: abort.signal });
});
afterEach(() => {
  vi.useRealTimers();
});

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
/** Tells something new every tenth of a second, as a driver would. */
async function tellFor(ms: number, from: number): Promise<void> {
  for (let told = 0; told < ms / 100; told += 1) {
    recorder.told(bytes(from + told));
    await pass(100);
  }
}

describe('a start that tells how far it is', () => {
  it('is on record at once, and then every two seconds', async () => {
    recorder.told(bytes(1));
    await pass(0);
    expect(recorded).toEqual([1]);
    await tellFor(3 * RECORD_INTERVAL_MS, 2);
    expect(recorded).toHaveLength(4);
  });

  it('has its last report on record, however soon it came after another', async () => {
    for (const done of [1, 2, 3]) recorder.told(bytes(done));
    await pass(RECORD_INTERVAL_MS - 1);
    expect(recorded).toEqual([1]);
    await pass(1);
    expect(recorded).toEqual([1, 3]);
    await pass(10 * RECORD_INTERVAL_MS);
    expect(recorded).toEqual([1, 3]);
  });

  it('goes on after a silence, at once', async () => {
    recorder.told(bytes(1));
    await pass(5 * RECORD_INTERVAL_MS);
    recorder.told(bytes(2));
    await pass(0);
    expect(recorded).toEqual([1, 2]);
  });

  it('asks for one record at a time', async () => {
    answer = () => new Promise(() => undefined);
    await tellFor(3 * RECORD_INTERVAL_MS, 1);
    expect(recorded).toEqual([1]);
  });
});

describe('the end of a start', () => {
  it('is the end of its records', async () => {
    recorder.told(bytes(1));
    recorder.told(bytes(2));
    await recorder.end();
    recorder.told(bytes(3));
    await pass(2 * RECORD_INTERVAL_MS);
    expect(recorded).toEqual([1]);
  });

  it('comes with its abort', async () => {
    recorder.told(bytes(1));
    abort.abort();
    recorder.told(bytes(2));
    await pass(2 * RECORD_INTERVAL_MS);
    expect(recorded).toEqual([1]);
  });

  it('waits for the record under way, but not for ever', async () => {
    let finish: (reply: Reply<null>) => void = () => undefined;
    answer = () => new Promise((resolve) => (finish = resolve));
    recorder.told(bytes(1));
    const ended = vi.fn();
    void recorder.end().then(ended);
    await pass(500);
    expect(ended).not.toHaveBeenCalled();
    finish(DONE);
    await pass(0);
    expect(ended).toHaveBeenCalledOnce();
  });

  it('does not wait for a record that hangs', async () => {
    answer = () => new Promise(() => undefined);
    recorder.told(bytes(1));
    const ended = vi.fn();
    void recorder.end().then(ended);
    await pass(1_000);
    expect(ended).toHaveBeenCalledOnce();
  });
});

describe('a record that fails', () => {
  it.each([
    ['is refused', async () => ({ kind: 'rejected', code: 'X', detail: 'no log' }) as const],
    ['has no answer', () => Promise.reject(new Error('no log'))],
  ])('because it %s is told once a start, and the next one is tried', async (_, failing) => {
    answer = failing;
    await tellFor(1.5 * RECORD_INTERVAL_MS, 1);
    expect(recorded).toHaveLength(2);
    const fields = { sessionId: 's1', reason: 'no log' };
    expect(log.mock.calls).toEqual([['warn', 'how far a start is could not be recorded', fields]]);
  });

  it('after the end of the start is what was to be expected', async () => {
    let refuse: (cause: Error) => void = () => undefined;
    answer = () => new Promise((_, reject) => (refuse = reject));
    recorder.told(bytes(1));
    const ended = recorder.end();
    refuse(new Error('The session has ended.'));
    await ended;
    expect(log).not.toHaveBeenCalled();
  });
});
