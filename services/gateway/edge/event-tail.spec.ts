import { afterEach, describe, expect, it, vi } from 'vitest';
import { MemoryEventLog } from '#shared/adapters/memory-event-log.js';
import type { EventLog } from '#shared/es/event-log.js';
import { fill, sequencesOf, upTo } from '#test/support/commits.js';
import { until } from '#test/support/waits.js';
import { type EventTail, followLog } from './event-tail.js';

let tail: EventTail | undefined;
afterEach(() => tail?.stop());

/** A log whose followers are cut off after each batch, as by a lost connection. */
function cutting(log: MemoryEventLog): EventLog {
  async function* follow(...asked: Parameters<EventLog['follow']>) {
    for await (const batch of log.follow(...asked)) {
      yield batch;
      throw new Error('cut off');
    }
  }
  return new Proxy(log, {
    get: (target, name) => {
      if (name === 'follow') return follow;
      const member: unknown = Reflect.get(target, name);
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
}

describe('the tail of the log', () => {
  it('goes on where it was after each cut: what takes rights away must not be missed', async () => {
    const log = new MemoryEventLog();
    const onError = vi.fn<(error: unknown) => void>();
    await fill(log, 3);
    tail = await followLog(cutting(log), onError);
    const heard: number[] = [];
    tail.listen((commit) => heard.push(...sequencesOf([commit])));
    for (const more of [2, 1]) {
      const length = heard.length + more;
      await fill(log, more);
      await until('the listener', () => heard.length === length);
    }
    expect(heard).toEqual(upTo(6).slice(3));
    expect(onError).toHaveBeenCalledWith(new Error('cut off'));
  });
});
