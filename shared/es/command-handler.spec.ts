import { describe, expect, it } from 'vitest';
import { MemoryEventLog } from '#shared/adapters/memory-event-log.js';
import { contended, context, handlerOn, SLOTS_MAX, STREAM, take } from '#test/support/slots.js';
import { until } from '#test/support/waits.js';
import type { CommandHandler } from './command-handler.js';
import { type EventLog, LogUnavailableError } from './event-log.js';

describe('a command', () => {
  it('is decided and appended with the whole context', async () => {
    const log = new MemoryEventLog();
    const { handler } = handlerOn(log);
    const [ip, userAgent] = ['personal.user-1.ip.v1.a.b', 'personal.user-1.user_agent.v1.a.c'];
    const ctx = context({ ip, userAgent, causationId: 'cause' });
    expect(await take(handler, 'a', ctx)).toMatchObject({
      kind: 'committed',
      version: 1,
      caughtUp: true,
      events: [{ type: 'SlotTaken', data: { by: 'a' } }],
    });
    expect(await log.last(STREAM)).toMatchObject({
      commandId: ctx.commandId,
      events: [
        {
          type: 'sortie.catalog.SlotTaken.v1',
          time: '2026-11-20T08:00:00.000Z',
          actor: 'user-1',
          actorip: ip,
          useragent: userAgent,
          causationid: 'cause',
          commandhash: 'h1',
        },
      ],
    });
  });

  it('is appended without where it came from when nobody has sealed that', async () => {
    const log = new MemoryEventLog();
    const { handler } = handlerOn(log);
    await take(handler, 'a', context({ ip: '192.0.2.7', userAgent: 'Firefox' }));
    expect(JSON.stringify(await log.last(STREAM))).not.toMatch(/192\.0\.2\.7|Firefox/);
  });

  it('without effect writes nothing and tells the version', async () => {
    const log = new MemoryEventLog();
    const { handler } = handlerOn(log);
    await take(handler, 'a');
    expect(await take(handler, 'a')).toEqual({ kind: 'unchanged', version: 1 });
    expect(await log.head()).toBe(1);
  });

  it('tells when the read models are not there yet', async () => {
    const { handler, store } = handlerOn(new MemoryEventLog());
    store.isStuck = true;
    expect(await take(handler, 'a')).toMatchObject({ kind: 'committed', caughtUp: false });
  });

  it.each([
    [1, undefined],
    [2, 'VersionStale'],
  ])('that expects version %i of version 1 gives %s', async (expectedVersion, code) => {
    const { handler } = handlerOn(new MemoryEventLog());
    await take(handler, 'a');
    const outcome = await take(handler, 'b', context({ expectedVersion }));
    expect('code' in outcome ? outcome.code : undefined).toBe(code);
  });
});

describe('commands to one aggregate at a time', () => {
  it('give exactly as many as there is room for, and refuse all others', async () => {
    const log = new MemoryEventLog();
    const { handler } = handlerOn(log);
    const outcomes = await Promise.all(
      Array.from({ length: 200 }, (_, n) => take(handler, `user-${n}`)),
    );
    expect(outcomes.filter(({ kind }) => kind === 'committed')).toHaveLength(SLOTS_MAX);
    expect(outcomes.filter(({ kind }) => kind === 'rejected')).toHaveLength(200 - SLOTS_MAX);
    expect(await log.head()).toBe(SLOTS_MAX);
  });

  it('do not wait for each other to hear from the log that a refusal is right', async () => {
    const log = new MemoryEventLog();
    const waiting: (() => void)[] = [];
    let isSlow = false;
    const slow: EventLog = Object.assign(Object.create(log) as EventLog, {
      append: (...all: Parameters<EventLog['append']>) => log.append(...all),
      read: (...all: Parameters<EventLog['read']>) => log.read(...all),
      last: async (stream: string) => {
        if (isSlow) await new Promise<void>((resolve) => waiting.push(resolve));
        return log.last(stream);
      },
    });
    const { handler } = handlerOn(slow);
    for (let n = 0; n < SLOTS_MAX; n += 1) await take(handler, `user-${n}`);
    isSlow = true;
    const refusals = Array.from({ length: 20 }, () => take(handler, 'late'));
    await until('all have asked', () => waiting.length === 20);
    isSlow = false;
    for (const answer of waiting) answer();
    const outcomes = await Promise.all(refusals);
    expect(outcomes.filter(({ kind }) => kind === 'rejected')).toHaveLength(20);
  });

  it('hold over the handlers of several processes', async () => {
    const log = new MemoryEventLog();
    const handlers = Array.from({ length: 3 }, () => handlerOn(log).handler);
    const outcomes = await Promise.allSettled(
      Array.from({ length: 60 }, (_, n) => take(handlers[n % 3] as CommandHandler, `user-${n}`)),
    );
    const committed = outcomes.filter(
      (one) => one.status === 'fulfilled' && one.value.kind === 'committed',
    );
    expect(committed).toHaveLength(SLOTS_MAX);
    expect(await log.head()).toBe(SLOTS_MAX);
  });
});

describe('a conflict with another process', () => {
  it('is decided again on what the other left', async () => {
    const log = new MemoryEventLog();
    const { handler } = handlerOn(contended(log, 4));
    expect(await take(handler, 'a')).toMatchObject({ kind: 'committed', version: 5 });
  });

  it('ends in a refusal where the other took the last', async () => {
    const log = new MemoryEventLog();
    const { handler } = handlerOn(contended(log, 1));
    const other = handlerOn(log).handler;
    for (const by of ['b', 'c', 'd', 'e']) await take(other, by);
    expect(await take(handler, 'a')).toMatchObject({ kind: 'rejected', code: 'SlotsFull' });
  });

  it('is given up after five attempts, with a word on what to do', async () => {
    const log = new MemoryEventLog();
    const { handler, store } = handlerOn(contended(log, 1));
    store.isStuck = true;
    const attempt = take(handler, 'a');
    await expect(attempt).rejects.toThrow(LogUnavailableError);
    await expect(attempt).rejects.toThrow('try again');
    expect(await log.head()).toBe(1);
  });

  it('leaves the next command its turn', async () => {
    const { handler, store } = handlerOn(contended(new MemoryEventLog(), 1));
    store.isStuck = true;
    const failing = take(handler, 'a');
    const next = take(handler, 'b');
    await expect(failing).rejects.toThrow(LogUnavailableError);
    store.isStuck = false;
    await expect(next).resolves.toMatchObject({ kind: 'committed' });
  });
});
