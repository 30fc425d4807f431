import { CommandHandler, type DecisionStore } from '#shared/es/command-handler.js';
import type { Commit } from '#shared/es/commit.js';
import { accept, type Decider, type Message, reject } from '#shared/es/decider.js';
import type { EventLog } from '#shared/es/event-log.js';
import type { RequestContext } from '#shared/es/operation.js';
import { recordedEvents } from '#shared/es/recorded-events.js';

type Take = Message<'TakeSlot', { by: string }>;
type Taken = Message<'SlotTaken', { by: string }>;
type Slots = { taken: readonly string[] };

export const SLOTS_MAX = 5;
export const STREAM = 'sortie.event.catalog.slots.one';

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

/** A handler with a memory and a read model of its own, as another process would have. */
export function handlerOn(log: EventLog) {
  const store = new FollowingStore(log);
  const now = () => new Date('2026-11-20T08:00:00Z');
  const handler = new CommandHandler({ service: 'catalog', log, store, projector: store, now });
  return { handler, store };
}

/** The context of a new command. */
export const context = (over: Partial<RequestContext> = {}): RequestContext => ({
  actor: { id: 'user-1', role: 'user' },
  commandId: crypto.randomUUID(),
  correlationId: 'c1',
  requestHash: 'h1',
  ...over,
});

/** Asks for one of the slots. */
export const take = (handler: CommandHandler, by: string, ctx = context()) =>
  handler.handle(slots, {
    aggregate: 'slots',
    id: 'one',
    command: { type: 'TakeSlot', data: { by } },
    context: ctx,
  });

/** A log where somebody else, in another process, appends to the stream just before each of our first `times` appends. */
export function contended(log: EventLog, times: number): EventLog {
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
