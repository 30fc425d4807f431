import { type CustomTransportStrategy, Server } from '@nestjs/microservices';
import type { Answering, NatsRequests, Outcome, Question } from '#shared/adapters/nats-requests.js';
import {
  type Bus,
  BusUnavailableError,
  type Operation,
  type Reply,
  type RequestContext,
} from '#shared/es/operation.js';
import { fromHeaders, headersOf } from './bus-headers.js';
import { answerOf, type BusRequest, REQUEST_DEADLINE_MS } from './bus-request.js';
import { rejected } from './reply.js';
import { type BusTelemetry, traceIdIn, tracedRequest, unwatchedBus } from './traced-request.js';

/**
 * Requests that a process works on at once; the next one is refused, so that they can't fill the memory. A gateway may
 * well ask a thousand questions in one moment: one for each of its event streams.
 */
const REQUESTS_AT_ONCE_MAX = 4_000;
/** How long a process that stops waits for its answers: less than whoever stops it would. */
const DRAIN_DEADLINE_MS = 5_000;
const SUBJECT = /^sortie\.(?:command|query)\.([a-z]+)\.[A-Za-z]+$/;

/** What travels back. A service that broke tells no more than that. */
type Answer = Reply<unknown> | Readonly<{ kind: 'broken' }>;
const BROKEN: Answer = { kind: 'broken' };
const STOPPED =
  'The service stopped before it had the answer; the request may have been carried out.';
type Handler = (request: BusRequest) => Promise<unknown>;

export type NatsBusOptions = Readonly<{
  /** How long a reply may take, in milliseconds, unless its operation says otherwise. */
  deadlineMs?: number;
  atOnceMax?: number;
  drainMs?: number;
  telemetry?: BusTelemetry;
  /** Hears of what broke while a request was answered here; the caller hears only that something did. */
  onBroken?: (subject: string, error: unknown, traceId?: string) => void;
}>;

/**
 * The bus between processes: a Nest transport over NATS request and reply. Replicas of a service share its requests:
 * each is answered by one of them.
 */
export class NatsBus extends Server implements CustomTransportStrategy, Bus {
  readonly #requests: NatsRequests;
  readonly #options: NatsBusOptions;
  /** How each request that is being worked on can be answered. */
  readonly #underWay = new Set<Question>();
  #stopListening: () => Promise<void> = async () => undefined;
  #drained: () => void = () => undefined;

  constructor(requests: NatsRequests, options: NatsBusOptions = {}) {
    super();
    this.#requests = requests;
    this.#options = options;
  }

  /** How many requests it works on now. */
  get underWay(): number {
    return this.#underWay.size;
  }

  /** Listens for the requests of every handler, in the queue group of its service. */
  async listen(callback: (error?: unknown) => void): Promise<void> {
    let failure: unknown;
    try {
      this.#stopListening = await this.#requests.answer(this.#handled());
    } catch (error) {
      failure = error;
    }
    callback(failure);
  }

  /** Takes no more requests, answers those under way for a bounded time, and then asks nothing any more. */
  async close(): Promise<void> {
    const deadline = within(this.#options.drainMs ?? DRAIN_DEADLINE_MS);
    await Promise.race([this.#stopListening(), deadline.passed]);
    const drained = new Promise<void>((resolve) => (this.#drained = resolve));
    if (this.#underWay.size > 0) await Promise.race([drained, deadline.passed]);
    deadline.forget();
    for (const question of this.#underWay) this.#refuse(question, unavailable(STOPPED));
    this.#underWay.clear();
    this.#requests.close();
    this.messageHandlers.clear();
  }

  override on(): void {
    throw new Error('The NATS bus tells no connection events; its connection does.');
  }

  override unwrap<T>(): T {
    throw new Error('The NATS bus shares its client and lends it to nobody.');
  }

  request<D, R>(operation: Operation<D, R>, data: D, context: RequestContext): Promise<Reply<R>> {
    const { telemetry = unwatchedBus } = this.#options;
    return tracedRequest(telemetry, operation, context, (traced) =>
      this.#send(operation, data, traced),
    );
  }

  async #send<D, R>(
    { subject, name, service, deadlineMs }: Operation<D, R>,
    data: D,
    context: RequestContext,
  ): Promise<Reply<R>> {
    const timeoutMs = deadlineMs ?? this.#options.deadlineMs ?? REQUEST_DEADLINE_MS;
    const headers = headersOf(context, Date.now() + timeoutMs);
    const text = JSON.stringify(data);
    const outcome = await this.#requests.ask({ subject, text, headers, timeoutMs });
    if (outcome.kind === 'tooLarge') {
      return rejected('BodyTooLarge', `${name} takes no request of ${text.length} characters.`);
    }
    if (outcome.kind !== 'answered') {
      throw new BusUnavailableError(WHY_NOT[outcome.kind](subject, timeoutMs));
    }
    const answer = answerIn(outcome.message.text);
    if (answer?.kind === 'done' || answer?.kind === 'rejected') return answer as Reply<R>;
    throw new Error(`${name} broke in ${service}; the log of the process that answered says how.`);
  }

  #handled(): Answering[] {
    const handlers = [...this.messageHandlers] as [string, Handler][];
    return handlers.map(([subject, handler]) => {
      const group = SUBJECT.exec(subject)?.[1];
      if (!group) throw new Error(`"${subject}" is no subject of an operation.`);
      return { subject, group, take: (question) => this.#take(subject, handler, question) };
    });
  }

  #take(subject: string, handler: Handler, question: Question): void {
    if (this.#underWay.size >= (this.#options.atOnceMax ?? REQUESTS_AT_ONCE_MAX)) {
      this.#refuse(question, unavailable('Too much is asked for at once; try again in a moment.'));
      return;
    }
    const request = requestIn(question);
    if (!request) {
      this.#refuse(question, rejected('MalformedRequest', 'This is no request of Sortie’s.'));
      return;
    }
    const lateMs = Date.now() - request.deadline;
    if (lateMs > 0) {
      // Its sender has been told that there was no reply.
      const why = 'this process was held up, or its clock is ahead of the sender’s';
      this.#tell(
        subject,
        `A request came ${lateMs} ms after its deadline and was dropped: ${why}.`,
      );
      return;
    }
    this.#underWay.add(question);
    void this.#carryOut(subject, handler, request).then((answer) => {
      // Otherwise the drain was over first, and refused it.
      if (this.#underWay.delete(question)) this.#answer(question, answer);
      if (this.#underWay.size === 0) this.#drained();
    });
  }

  /** The text of the answer, whatever happens. */
  async #carryOut(subject: string, handler: Handler, request: BusRequest): Promise<string> {
    try {
      return JSON.stringify(await answerOf(handler, request));
    } catch (error) {
      this.#options.onBroken?.(subject, error, traceIdIn(request.context));
      return JSON.stringify(BROKEN);
    }
  }

  #answer(question: Question, text: string): void {
    if (question.answer(text)) return;
    const detail = `The answer has ${text.length} characters, more than fit into a message; ask for fewer at once.`;
    this.#refuse(question, rejected('Unavailable', detail));
  }

  #refuse(question: Question, refusal: Reply<never>): void {
    question.answer(JSON.stringify(refusal));
  }

  #tell(subject: string, sentence: string): void {
    this.#options.onBroken?.(subject, new Error(sentence));
  }
}

const WHY_NOT: Readonly<
  Record<
    Exclude<Outcome['kind'], 'answered' | 'tooLarge'>,
    (subject: string, timeoutMs: number) => string
  >
> = {
  nobody: (subject) => `Nobody answers ${subject}; try again in a moment.`,
  late: (subject, timeoutMs) => `${subject} had no reply within ${timeoutMs} ms.`,
  disconnected: () => 'There is no connection to NATS now; try again in a moment.',
  forbidden: (subject) => `NATS does not let this process ask ${subject}.`,
};

const unavailable = (detail: string): Reply<never> => ({
  kind: 'rejected',
  code: 'Unavailable',
  detail,
  retryAfterSeconds: 1,
});

function requestIn({ header, text }: Question): (BusRequest & { deadline: number }) | undefined {
  try {
    return { ...fromHeaders(header), data: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}

function answerIn(text: string): Answer | undefined {
  try {
    return (JSON.parse(text) as Answer | null) ?? undefined;
  } catch {
    return undefined;
  }
}

function within(ms: number): { passed: Promise<void>; forget: () => void } {
  let timer: NodeJS.Timeout | undefined;
  const passed = new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)));
  return { passed, forget: () => clearTimeout(timer) };
}
