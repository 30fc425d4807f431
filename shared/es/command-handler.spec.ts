import { describe, expect, it } from 'vitest';
import { MemoryEventLog } from '#shared/adapters/memory-event-log.js';
import { CommandHandler, type DecisionStore } from './command-handler.js';
import type { Commit } from './commit.js';
import { accept, type Decider, type Message, reject } from './decider.js';
import { type EventLog, LogUnavailableError } from './event-log.js';
import type { RequestContext } from './operation.js';
import { recordedEvents } from './recorded-events.js';

type Take = Message<'TakeSlot', { by: string }>;
type Taken = Message<'SlotTaken', { by: string }>;
type Slots = { taken: readonly string[] };

const SLOTS_MAX = 5;
const STREAM = 'sortie.event.catalog.slots.one';

const slots: Decider<Take, Taken, Slots> = {
  initialState: { taken: [] },
  evolve: ({ taken }, { data }) => ({ taken: [...taken, data.by] }),
  decide({ data: { by } }, { taken }) {
    if (taken.includes(by)) return accept();
    if (taken.length >= SLOTS_MAX) return reject('SlotsFull', `All ${SLOTS_MAX} are taken.`);
    return accept({ type: 'SlotTaken', data: { by } });
  },
};

/** A read model that a test lets catch up: it folds the log when somebody waits for it. */
class FollowingStore implements DecisionStore {
  readonly #log: EventLog;
  #commits: readonly Commit[] = [];
  isStuck = false;

  constructor(log: EventLog) {
    this.#log = log;
  }

  async reached(): Promise<boolean> {
    if (this.isStuck) return false;
    this.#commits = (await this.#log.read({ after: 0 })).commits;
    return true;
  }

  async findAggregate(stream: string) {
    const commits = this.#commits.filter((commit) => commit.stream === stream);
    const events = commits.flatMap((commit) => recordedEvents(commit)) as unknown as Taken[];
    const state = events.reduce(slots.evolve, slots.initialState);
    const version = commits.at(-1)?.sequence;
    return version === undefined ? undefined : { version, state };
  }

  async findCommand(commandId: string) {
    return this.#commits.find((commit) => commit.commandId === commandId)?.sequence;
  }
}

function handlerOn(log: EventLog) {
  const store = new FollowingStore(log);
  const now = () => new Date('2026-11-20T08:00:00Z');
  const handler = new CommandHandler({ service: 'catalog', log, store, projector: store, now });
  return { handler, store };
}

const context = (over: Partial<RequestContext> = {}): RequestContext => ({
  actor: { id: 'user-1', role: 'user' },
  commandId: crypto.randomUUID(),
  correlationId: 'c1',
  requestHash: 'h1',
  ...over,
});

const take = (handler: CommandHandler, by: string, ctx = context()) =>
  handler.handle(slots, {
    aggregate: 'slots',
    id: 'one',
    command: { type: 'TakeSlot', data: { by } },
    context: ctx,
  });

/** A log where somebody else, in another process, appends to the stream just before each of our first `times` appends. */
function contended(log: EventLog, times: number): EventLog {
  let left = times;
  const append: EventLog['append'] = async (commit) => {
    if (left > 0) {
      left -= 1;
      const other = handlerOn(log);
      await other.store.reached();
      await take(other.handler, `other-${left}`);
    }
    return log.append(commit);
  };
  return new Proxy(log, {
    get: (target, name) => {
      const member: unknown = name === 'append' ? append : Reflect.get(target, name);
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
}

describe('a command', () => {
  it('is decided and appended with the whole context', async () => {
    const log = new MemoryEventLog();
    const { handler } = handlerOn(log);
    const ctx = context({ ip: '192.0.2.7', userAgent: 'Firefox', causationId: 'cause' });
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
          actorip: '192.0.2.7',
          useragent: 'Firefox',
          causationid: 'cause',
          commandhash: 'h1',
        },
      ],
    });
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
          if (name === 'append') return () => expect.unreachable('it would be stored again');
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
