import { createInbox, type Msg, type MsgHdrs, type NatsConnection } from 'nats';
import type { NewCommit, Sequence } from '#shared/es/commit.js';
import { type AppendResult, LogUnavailableError } from '#shared/es/event-log.js';
import { encodeEvents } from './commit-size.js';
import type { StreamAccess } from './jetstream-access.js';
import { findOutcome } from './jetstream-outcome.js';
import { type ApiError, appendHeaders, ERRORS } from './jetstream-requests.js';

/** Appends on their way to the server at once: past it they only wait there instead of here. */
const IN_FLIGHT_MAX = 256;
/** Appends that may wait; past it the log says that it is busy. */
const QUEUE_COMMITS_MAX = 4_096;
/** An answer that has not come after so long may never come: the commit is sent again. */
const ANSWER_MS_MAX = 2_000;
const RETRY_MS = 200;
const SWEEP_MS = 100;

type Waiting = {
  readonly commit: NewCommit;
  readonly payload: Uint8Array;
  readonly resolve: (result: AppendResult) => void;
  readonly reject: (error: Error) => void;
  /** Milliseconds since the epoch, as the next. */
  readonly deadline: number;
  headers: MsgHdrs;
  /** When it is sent again; never while its outcome is being looked up. */
  sendAt: number;
  wasSent: boolean;
};

type Answer = Readonly<{ stream?: string; seq?: Sequence; duplicate?: boolean; error?: ApiError }>;

/**
 * Sends commits to the stream and waits for the acknowledgement of each. One that gets no answer is sent again, with the
 * same command id and version, so that the server can store it once only; when there is none in the end, nobody knows
 * whether it was written.
 */
export class JetStreamAppender {
  readonly #access: StreamAccess;
  #nats: NatsConnection | undefined;
  #inbox = '';
  #queue: Waiting[] = [];
  /** By the last token of the subject that the answer comes to. */
  readonly #inFlight = new Map<string, Waiting>();
  #count = 0;
  #sweep: NodeJS.Timeout | undefined;

  constructor(access: StreamAccess) {
    this.#access = access;
    access.onChecked((nats) => this.#attach(nats));
    access.ended.addEventListener('abort', () => this.#rejectAll());
  }

  /** Errors: LogUnavailableError, CommitTooLargeError, RangeError. */
  async append(commit: NewCommit): Promise<AppendResult> {
    const payload = Buffer.from(encodeEvents(commit));
    if (this.#queue.length >= QUEUE_COMMITS_MAX) {
      throw new LogUnavailableError('The event log is busy; try again in a moment.');
    }
    return new Promise((resolve, reject) => {
      this.#queue.push({
        commit,
        payload,
        headers: appendHeaders(commit.commandId, commit.expectedVersion),
        resolve,
        reject,
        deadline: Date.now() + this.#access.patienceMs,
        sendAt: 0,
        wasSent: false,
      });
      this.#sweep ??= setInterval(() => this.#sweepOnce(), SWEEP_MS);
      this.#send();
    });
  }

  /** Resolves when nothing waits any more. */
  async drained(): Promise<void> {
    while (this.#sweep) await new Promise((resolve) => setTimeout(resolve, 1));
  }

  #attach(nats: NatsConnection): void {
    this.#nats = nats;
    this.#inbox = createInbox(this.#access.inboxPrefix);
    nats.subscribe(`${this.#inbox}.*`, { callback: (_, message) => this.#take(message) });
    void nats.closed().then(() => {
      if (this.#nats === nats) this.#nats = undefined;
    });
    // What the old connection took may have got lost, and so may the answers.
    for (const [token, waiting] of this.#inFlight) {
      if (waiting.sendAt !== Number.POSITIVE_INFINITY) this.#publish(nats, token, waiting);
    }
    this.#send();
  }

  #send(): void {
    while (this.#nats && this.#inFlight.size < IN_FLIGHT_MAX) {
      const waiting = this.#queue.shift();
      if (!waiting) break;
      const token = String((this.#count += 1));
      this.#inFlight.set(token, waiting);
      this.#publish(this.#nats, token, waiting);
    }
    if (this.#queue.length > 0 || this.#inFlight.size > 0) return;
    clearInterval(this.#sweep);
    this.#sweep = undefined;
  }

  #publish(nats: NatsConnection, token: string, waiting: Waiting): void {
    waiting.sendAt = Date.now() + ANSWER_MS_MAX;
    if (nats.isClosed()) return;
    waiting.wasSent = true;
    nats.publish(waiting.commit.stream, waiting.payload, {
      headers: waiting.headers,
      reply: `${this.#inbox}.${token}`,
    });
  }

  #take(message: Msg): void {
    const token = message.subject.slice(this.#inbox.length + 1);
    const waiting = this.#inFlight.get(token);
    if (!waiting) return;
    const { seq, duplicate, error } = readAnswer(message);
    if (seq !== undefined && !error) {
      this.#settle(token, () => {
        waiting.resolve({ kind: duplicate ? 'duplicate' : 'appended', sequence: seq });
      });
    } else if (isVersionRefused(error)) {
      waiting.sendAt = Number.POSITIVE_INFINITY;
      void this.#lookUp(token, waiting);
    } else if (!error || isPassing(error)) {
      waiting.sendAt = Date.now() + RETRY_MS;
    } else {
      this.#settle(token, () => waiting.reject(refusal(error)));
    }
  }

  async #lookUp(token: string, waiting: Waiting): Promise<void> {
    const { commit, deadline, resolve, reject } = waiting;
    try {
      const find = (nats: NatsConnection) => findOutcome(nats, commit);
      const result = await this.#access.use('be written', find, deadline);
      if (result.kind !== 'pushed-on') return this.#settle(token, () => resolve(result));
      waiting.headers = appendHeaders(commit.commandId, result.expectedVersion);
      waiting.sendAt = 0;
    } catch (error) {
      this.#settle(token, () => reject(error as Error));
    }
  }

  #settle(token: string, tell: () => void): void {
    if (this.#inFlight.delete(token)) tell();
    this.#send();
  }

  #sweepOnce(): void {
    const now = Date.now();
    const nats = this.#nats;
    for (const [token, waiting] of this.#inFlight) {
      if (waiting.sendAt > now || waiting.deadline <= now) continue;
      if (nats) this.#publish(nats, token, waiting);
    }
    for (const [token, waiting] of this.#inFlight) {
      // A look-up keeps to the deadline by itself.
      if (waiting.deadline > now || waiting.sendAt === Number.POSITIVE_INFINITY) continue;
      this.#settle(token, () => waiting.reject(noAnswer(waiting)));
    }
    const late = this.#queue.filter(({ deadline }) => deadline <= now);
    this.#queue = this.#queue.filter(({ deadline }) => deadline > now);
    for (const waiting of late) waiting.reject(noAnswer(waiting));
    this.#send();
  }

  #rejectAll(): void {
    const all = [...this.#inFlight.values(), ...this.#queue];
    this.#inFlight.clear();
    this.#queue = [];
    for (const { reject } of all) reject(this.#access.ended.reason as Error);
    this.#send();
  }
}

/** The server's answer; nothing in it when none of JetStream's came, such as "no responders". */
function readAnswer(message: Msg): Answer {
  if (message.headers && message.headers.code > 0) return {};
  try {
    return message.json<Answer>();
  } catch {
    return {};
  }
}

const isVersionRefused = (error: ApiError | undefined): boolean =>
  error?.err_code === ERRORS.wrongLastSequence ||
  error?.err_code === ERRORS.wrongLastSequenceConstant;

const FULL: readonly (number | undefined)[] = [
  ERRORS.insufficientStorage,
  ERRORS.storeFailed,
  ERRORS.insufficientResources,
  ERRORS.storageExceeded,
];

const isPassing = ({ err_code, code }: ApiError): boolean =>
  code === 503 && !FULL.includes(err_code);

function refusal({ err_code, description = 'no reason given' }: ApiError): LogUnavailableError {
  const remedy = FULL.includes(err_code)
    ? ": the server's store takes no more: free space on its disk, or raise max_file_store or the stream's max_bytes"
    : '';
  return new LogUnavailableError(
    `The event log could not be written: the server says "${description}" (${err_code})${remedy}.`,
  );
}

function noAnswer({ wasSent }: Waiting): LogUnavailableError {
  return new LogUnavailableError(
    wasSent
      ? 'The event log did not answer, so it may or may not have been written; doing the same again with the same Idempotency-Key is safe. If it lasts, look into the log of the nats-server: it stops a stream whose disk fails or is full, until it is restarted.'
      : "The event log can't be written now: there is no connection to it, or others are written first, for too long; nothing was written: try again in a moment.",
  );
}
