import { LRUCache } from 'lru-cache';
import { v5 as uuidV5 } from 'uuid';
import {
  type CloudEvent,
  type Commit,
  partsOf,
  type RecordedEvent,
  type Sequence,
  streamOf,
} from './commit.js';
import type { AttemptRefused } from './attempt-refused.js';
import { type AppendsNothing, decidedOn } from './decided-on.js';
import { type Decider, type Message, reject, type Rejected } from './decider.js';
import { type AppendResult, type EventLog, LogUnavailableError } from './event-log.js';
import type { RequestContext } from './operation.js';
import { isPersonal } from './personal.js';
import type { Projector } from './projector.js';
import { recordedEvents, typeOf } from './recorded-events.js';
import { inAppendSpan, noSpans, type Spans } from './spans.js';
import { Turns } from './turns.js';

const ATTEMPTS_MAX = 5;
const CACHED_AGGREGATES_MAX = 10_000;
/** Commands that the read model may not have yet. */
const CACHED_COMMANDS_MAX = 10_000;
const EVENT_ID_NAMESPACE = '4f0b1f0e-3c0f-5d52-9d4c-8a5b8f6f2d11';

/** What became of a command. `committed` carries the events of the first time it was carried out, also for a repeat. */
export type Outcome<E extends Message> =
  | Readonly<{
      kind: 'committed';
      version: number;
      events: readonly RecordedEvent<E>[];
      /** False when the read models had not got there within the wait. */
      caughtUp: boolean;
    }>
  /** It was so already: nothing was written. */
  | Readonly<{ kind: 'unchanged'; version: number }>
  | Rejected;

/** A command to one aggregate, in the request it came with. */
export type Addressed<C extends Message> = Readonly<{
  aggregate: string;
  id: string;
  command: C;
  context: RequestContext;
}>;

/** Reads what commands decide on from the service's own database. */
export interface DecisionStore {
  findAggregate(stream: string): Promise<{ version: number; state: unknown } | undefined>;
  /** The sequence of the commit that a command made. */
  findCommand(commandId: string): Promise<number | undefined>;
}

/** Seals where a request came from under the key of whom it is about. */
export type SealOrigin = (context: RequestContext) => Promise<RequestContext>;

type Parts = Readonly<{
  service: string;
  log: EventLog;
  store: DecisionStore;
  /** What is not sealed by then never gets into the log: in most services it comes sealed, or not at all. */
  sealOrigin?: SealOrigin;
  projector: Pick<Projector, 'reached'>;
  now: () => Date;
  spans?: Spans;
}>;

type Known = Readonly<{ version: number; state: unknown }>;

/** What became of the deciding; the answer follows once the read models are there. */
type Decided<E extends Message> =
  | Exclude<Outcome<E>, { kind: 'committed' }>
  | Readonly<{ kind: 'appended'; sequence: number; events: readonly RecordedEvent<E>[] }>
  | Readonly<{ kind: 'repeated'; sequence: number }>;

/** A decision that appends nothing, before the log was asked whether it rests on an old state. */
type Unasked = Readonly<{
  kind: 'unasked';
  version: Sequence;
  decision: AppendsNothing;
}>;

/** Decides commands of one service and appends what they decide. */
export class CommandHandler {
  readonly #parts: Parts;
  readonly #known = new LRUCache<string, Known>({ max: CACHED_AGGREGATES_MAX });
  readonly #appended = new LRUCache<string, Sequence>({ max: CACHED_COMMANDS_MAX });
  readonly #turns = new Turns();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /**
   * Finds the aggregate's state, decides, appends. Commands to one aggregate take turns, so that a hundred at a time
   * don't fight over its version; when another process was faster, it waits for the newer state and decides again, a
   * bounded number of times. A command id that is in the log already gets its first answer.
   * Errors: LogUnavailableError, CommitTooLargeError.
   */
  async handle<C extends Message, E extends Message, S>(
    decider: Decider<C, E, S>,
    addressed: Addressed<C>,
  ): Promise<Outcome<E>> {
    const { context, aggregate, id } = addressed;
    const stream = streamOf(this.#parts.service, aggregate, id);
    const decided = await this.#decided(decider, addressed, stream);
    if (decided.kind === 'repeated') return this.#firstAnswer(decided.sequence, context);
    if (decided.kind !== 'appended') return decided;
    const { sequence: version, events } = decided;
    const caughtUp = await this.#parts.projector.reached(version);
    return { kind: 'committed', version, events, caughtUp };
  }

  /**
   * Decides, in the aggregate's turn. Whether the log agrees with a decision that appends nothing is asked after the
   * turn, or two hundred refusals would wait for two hundred answers, one after the other. Only one that the log does not
   * agree with takes a second turn, and asks within it.
   */
  async #decided<C extends Message, E extends Message, S>(
    decider: Decider<C, E, S>,
    addressed: Addressed<C>,
    stream: string,
  ): Promise<Decided<E>> {
    const inTurn = (isAsking: boolean) =>
      this.#turns.take(stream, () => this.#decide(decider, addressed, { stream, isAsking }));
    const decided = await inTurn(false);
    if (decided.kind !== 'unasked') return decided;
    const { version, decision } = decided;
    const isOld = await this.#superseded(stream, version, addressed.context.commandId);
    return isOld ? ((await inTurn(true)) as Decided<E>) : decision;
  }

  async #decide<C extends Message, E extends Message, S>(
    decider: Decider<C, E, S>,
    { context, command }: Addressed<C>,
    { stream, isAsking }: Readonly<{ stream: string; isAsking: boolean }>,
  ): Promise<Decided<E> | Unasked> {
    const { commandId } = context;
    for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt += 1) {
      // 1. A repeated command: from before, or from whoever was faster.
      const first = await this.#findCommand(commandId);
      if (first !== undefined) return { kind: 'repeated', sequence: first };
      // 2. The state, from memory or the database; the log is never replayed for it.
      const { version, state } = await this.#find(stream, decider.initialState);
      // 3. The decision.
      const decision = decidedOn(decider, command, { version, state }, context.expectedVersion);
      if (decision.kind !== 'accepted') {
        if (!isAsking) return { kind: 'unasked', version, decision };
        const superseded = await this.#superseded(stream, version, commandId);
        if (superseded === undefined) return decision;
        if (superseded.kind === 'repeated') return superseded;
        await this.#catchUp(stream, superseded.version);
        continue;
      }
      // 4. The append, refused when somebody was faster.
      const { result, ...commit } = await this.#append(decision.events, stream, version, context);
      if (result.kind === 'duplicate') return { kind: 'repeated', sequence: result.sequence };
      if (result.kind === 'appended') {
        return this.#remember(decider, { ...commit, sequence: result.sequence }, state as S);
      }
      // 5. Somebody was: decide again on what they left.
      await this.#catchUp(stream, result.version);
    }
    throw new LogUnavailableError('Too many changes to the same thing at once; try again.');
  }

  /**
   * What a decision without events must not overlook: the log would refuse an append that rests on an old state, but
   * nobody refuses a refusal. So the log is asked whether the stream has moved on meanwhile, by another process or by
   * this very command's first time.
   */
  async #superseded(stream: string, version: Sequence, commandId: string) {
    const last = await this.#parts.log.last(stream);
    if (last && last.sequence !== version) {
      return last.commandId === commandId
        ? ({ kind: 'repeated', sequence: last.sequence } as const)
        : ({ kind: 'moved', version: last.sequence } as const);
    }
    const sequence = await this.#findCommand(commandId);
    return sequence === undefined ? undefined : ({ kind: 'repeated', sequence } as const);
  }

  /** Forgets an old state, once the read model has the new one. */
  async #catchUp(stream: string, version: Sequence): Promise<void> {
    this.#known.delete(stream);
    await this.#parts.projector.reached(version);
  }

  /** Records a refused attempt in the log, where the audit trail finds it. Repeating the command gives the same refusal. */
  async recordRefusal(refused: AttemptRefused['data'], context: RequestContext): Promise<void> {
    const { commandId } = context;
    // The log knows it for a while only, and no version of the stream would give the repetition away.
    if ((await this.#findCommand(commandId)) !== undefined) return;
    const stream = streamOf(this.#parts.service, 'refusal', context.actor.id);
    const event: AttemptRefused = { type: 'AttemptRefused', data: refused };
    const { result } = await this.#append([event], stream, 'any', context);
    if (result.kind === 'appended') this.#appended.set(commandId, result.sequence);
  }

  /** Appends one commit. Its events carry the trace of the append, which what they cause belongs to. */
  async #append(
    decided: readonly Message[],
    stream: string,
    expectedVersion: Sequence | 'any',
    context: RequestContext,
  ): Promise<Omit<Commit, 'sequence'> & { result: AppendResult }> {
    const { log, spans = noSpans, sealOrigin } = this.#parts;
    const { commandId } = context;
    const sealed = sealOrigin ? await sealOrigin(context) : context;
    let events: CloudEvent[] = [];
    const result = await inAppendSpan(spans, stream, sealed, (traced) => {
      events = this.#envelopes(decided, stream, traced);
      return log.append({ stream, commandId, events, expectedVersion });
    });
    return { stream, commandId, events, result };
  }

  async #findCommand(commandId: string): Promise<Sequence | undefined> {
    return this.#appended.get(commandId) ?? this.#parts.store.findCommand(commandId);
  }

  async #find(stream: string, initialState: unknown): Promise<Known> {
    const known = this.#known.get(stream) ?? (await this.#parts.store.findAggregate(stream));
    return known ?? { version: 0, state: initialState };
  }

  #remember<E extends Message, S>(
    { evolve }: Pick<Decider<never, E, S>, 'evolve'>,
    commit: Commit,
    before: S,
  ): Decided<E> {
    const { sequence, stream, commandId } = commit;
    const events = recordedEvents(commit) as RecordedEvent<E>[];
    const state = events.reduce((folded, event) => evolve(folded, event), before);
    this.#known.set(stream, { version: sequence, state });
    this.#appended.set(commandId, sequence);
    return { kind: 'appended', sequence, events };
  }

  async #firstAnswer<E extends Message>(
    sequence: number,
    context: RequestContext,
  ): Promise<Outcome<E>> {
    const caughtUp = await this.#parts.projector.reached(sequence);
    const { commits } = await this.#parts.log.read({ after: sequence - 1, limit: 1 });
    const events = commits[0] ? (recordedEvents(commits[0]) as RecordedEvent<E>[]) : [];
    const [event] = events;
    if (event?.cloud.commandhash !== context.requestHash) {
      return reject(
        'IdempotencyKeyReused',
        'This Idempotency-Key came with a different request before; use a new key.',
      );
    }
    if (isRefusal(event)) return reject(event.data.code, event.data.detail);
    return { kind: 'committed', version: sequence, events, caughtUp };
  }

  #envelopes(events: readonly Message[], stream: string, context: RequestContext): CloudEvent[] {
    const { service, now } = this.#parts;
    const time = now().toISOString();
    return events.map((event, index) => ({
      specversion: '1.0',
      id: uuidV5(`${context.commandId}/${index}`, EVENT_ID_NAMESPACE),
      source: `/sortie/${service}`,
      type: typeOf(service, event.type),
      subject: partsOf(stream).id,
      time,
      datacontenttype: 'application/json',
      actor: context.actor.id,
      ...(context.ip && isPersonal(context.ip) && { actorip: context.ip }),
      ...(context.userAgent && isPersonal(context.userAgent) && { useragent: context.userAgent }),
      correlationid: context.correlationId,
      ...(context.causationId && { causationid: context.causationId }),
      commandid: context.commandId,
      ...(context.requestHash && { commandhash: context.requestHash }),
      ...(context.traceparent && { traceparent: context.traceparent }),
      data: event.data,
    }));
  }
}

const isRefusal = (event: Message | undefined): event is AttemptRefused =>
  event?.type === 'AttemptRefused';
