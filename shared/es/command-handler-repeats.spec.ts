import { describe, expect, it } from 'vitest';
import { MemoryEventLog } from '#shared/adapters/memory-event-log.js';
import { context, handlerOn, SLOTS_MAX, take } from '#test/support/slots.js';

describe('a refusal', () => {
  /** Fills all slots by two handlers, so that the first one's memory of the stream is old. */
  async function twoProcesses() {
    const log = new MemoryEventLog();
    const first = handlerOn(log);
    const second = handlerOn(log);
    await take(first.handler, 'a');
    await second.store.reached();
    return { log, first, second };
  }

  it('never rests on a state that another process has changed since', async () => {
    const { first, second } = await twoProcesses();
    const all = await Promise.all(['b', 'c', 'd', 'e'].map((by) => take(second.handler, by)));
    expect(all.map(({ kind }) => kind)).toEqual(Array(4).fill('committed'));
    const { version } = all.at(-1) as { version: number };
    const ctx = context({ expectedVersion: version });
    // Its own memory is of version 1, where this would be stale; there is no room any more, which is the true reason.
    expect(await take(first.handler, 'f', ctx)).toMatchObject({ code: 'SlotsFull' });
  });

  it('is not given where nothing was to do before and there is now', async () => {
    const { first, second } = await twoProcesses();
    await take(second.handler, 'b');
    // Unchanged, but at the version that is true now.
    expect(await take(first.handler, 'a')).toEqual({ kind: 'unchanged', version: 2 });
  });

  it('is put on record once, also when it comes again long after', async () => {
    const log = new MemoryEventLog();
    const { handler } = handlerOn(log);
    const refused = { operation: 'TakeSlot', code: 'Forbidden', detail: 'Not yours.' };
    const ctx = context();
    await handler.recordRefusal(refused, ctx);
    const forgetful = handlerOn(
      new Proxy(log, {
        get: (target, name) => {
          // A log whose memory of command ids has run out.
          if (name === 'append') return () => Promise.reject(new Error('it would be stored again'));
          const member: unknown = Reflect.get(target, name);
          return typeof member === 'function' ? member.bind(target) : member;
        },
      }),
    );
    await forgetful.store.reached();
    await forgetful.handler.recordRefusal(refused, ctx);
    expect(await log.head()).toBe(1);
  });
});

describe('a repeated command', () => {
  it.each([
    ['while the first is under way', false],
    ['after a restart', true],
  ])('gets the first answer %s', async (_, restarted) => {
    const log = new MemoryEventLog();
    const { handler } = handlerOn(log);
    const ctx = context();
    const first = take(handler, 'a', ctx);
    if (restarted) await first;
    const again = restarted ? take(handlerOn(log).handler, 'a', ctx) : take(handler, 'a', ctx);
    expect(await again).toEqual(await first);
    expect(await log.head()).toBe(1);
  });

  it('gets the first answer although it would be refused now', async () => {
    const log = new MemoryEventLog();
    const { handler } = handlerOn(log);
    const ctx = context();
    const all = ['a', 'b', 'c', 'd', 'e'].map((by, n) =>
      take(handler, by, n === 0 ? ctx : context()),
    );
    const again = take(handler, 'z', ctx);
    expect(await again).toEqual(await all[0]);
    expect(await log.head()).toBe(SLOTS_MAX);
  });

  it('whose first answer another process gave gets that one', async () => {
    const log = new MemoryEventLog();
    const ctx = context();
    const first = await take(handlerOn(log).handler, 'a', ctx);
    const { handler, store } = handlerOn(log);
    expect(await take(handler, 'a', ctx)).toEqual(first);
    await store.reached();
    expect(await take(handler, 'a', ctx)).toEqual(first);
  });

  it('with another content is told that the key was used', async () => {
    const { handler } = handlerOn(new MemoryEventLog());
    const ctx = context();
    await take(handler, 'a', ctx);
    const reused = await take(handler, 'b', { ...ctx, requestHash: 'h2' });
    expect(reused).toMatchObject({ kind: 'rejected', code: 'IdempotencyKeyReused' });
  });

  it('that was refused is refused the same way, also once it could be done', async () => {
    const log = new MemoryEventLog();
    const { handler } = handlerOn(log);
    const ctx = context();
    const refused = { code: 'Forbidden', detail: 'Not yours.' };
    await handler.recordRefusal({ operation: 'TakeSlot', ...refused }, ctx);
    await handler.recordRefusal({ operation: 'TakeSlot', ...refused }, ctx);
    expect(await take(handler, 'a', ctx)).toEqual({ kind: 'rejected', ...refused });
    expect(await log.head()).toBe(1);
  });
});
