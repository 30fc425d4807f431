import type { NatsConnection } from 'nats';
import type { Sequence } from '#shared/es/commit.js';
import { LogUnavailableError } from '#shared/es/event-log.js';
import { InterruptedError, isPassing, reasonOf } from './jetstream-requests.js';
import {
  checkStream,
  describeStream,
  type OpenedStream,
  type StreamDescription,
} from './jetstream-stream.js';
import type { NatsLink } from './nats-connection.js';
import type { Stored } from './stored-message.js';

/** How long an operation is tried for before it says that the log is unavailable; the bus gives up after 10 s. */
export const PATIENCE_MS = 6_000;
const RETRY_MS = 100;
/** By then a leader has caught up or lost its office. */
const BEHIND_MS_MAX = 20_000;

export type AccessOptions = Readonly<{
  connection: NatsLink;
  /** Instead of {@link PATIENCE_MS}. */
  patienceMs?: number;
  /** Told in a sentence about a message that somebody else has put into the stream, when it comes. */
  onForeign?: (sentence: string) => void;
}>;

type Use = (nats: NatsConnection) => void;

/**
 * The way to the log's stream. Each connection is used only after the stream on it was found to be the same log, whole,
 * and no shorter than it was: a server that was restored from an older copy would give sequences out a second time, so
 * that ends the log for this process.
 */
export class StreamAccess {
  readonly id: string;
  readonly #link: NatsLink;
  readonly #replicas: number;
  readonly #onForeign: (sentence: string) => void;
  readonly #ending = new AbortController();
  readonly #uses = new Set<Use>();
  readonly #waiting = new Set<() => void>();
  readonly #stopListening: () => void;
  #current: NatsConnection | undefined;
  #highest: Sequence;
  #behindSince: number | undefined;
  #failure: unknown;

  readonly patienceMs: number;

  /** `nats` is the connection on which the stream was opened, and so checked. */
  constructor(
    { connection, patienceMs = PATIENCE_MS, onForeign }: AccessOptions,
    nats: NatsConnection,
    opened: OpenedStream,
  ) {
    this.#link = connection;
    this.patienceMs = patienceMs;
    this.#onForeign = onForeign ?? (() => undefined);
    this.id = opened.id;
    this.#highest = opened.head;
    this.#replicas = opened.replicas;
    this.#stopListening = connection.onConnected((each) => void this.#enter(each, each === nats));
  }

  /** Aborts when the log is closed or was found to be damaged; its reason is the error to give. */
  get ended(): AbortSignal {
    return this.#ending.signal;
  }

  get inboxPrefix(): string {
    return this.#link.inboxPrefix;
  }

  /** Calls `use` with the checked connection, now and after each reconnect. */
  onChecked(use: Use): void {
    this.#uses.add(use);
    if (this.#current) use(this.#current);
  }

  /** Ends all use of the stream; the first error stays. */
  end(error: LogUnavailableError): void {
    if (this.ended.aborted) return;
    this.#stopListening();
    this.#current = undefined;
    this.#ending.abort(error);
    for (const wake of this.#waiting) wake();
  }

  /** Remembers how far the log goes. */
  saw(sequence: Sequence): void {
    this.#highest = Math.max(this.#highest, sequence);
  }

  /** Somebody who is let into NATS writes what only the log may write. */
  tellForeign({ sequence, subject }: Pick<Stored, 'sequence' | 'subject'>): void {
    this.#onForeign(
      `Message ${sequence} of the event log, on ${subject}, was not written by Sortie and is passed over: find out which user of NATS did that, and take its key away.`,
    );
  }

  /** Throws when the stream is another log, has lost commits or has gone back; then for ever. */
  async check(nats: NatsConnection): Promise<OpenedStream> {
    // What was seen until now must be there; what is appended meanwhile may not be.
    const highest = this.#highest;
    const description = await describeStream(nats);
    try {
      const opened = checkStream(description, this.#replicas);
      if (opened.id !== this.id) throw otherLog(this.id, opened.id);
      if (opened.head < highest) this.#requireMerelyBehind(description, opened.head, highest);
      this.#behindSince = undefined;
      this.saw(opened.head);
      return opened;
    } catch (error) {
      if (error instanceof LogUnavailableError) this.end(error);
      throw error;
    }
  }

  /** Of several servers, one that has just become the leader, or doesn't know yet that it no longer is, may lag. */
  #requireMerelyBehind({ config }: StreamDescription, head: Sequence, highest: Sequence): never {
    this.#behindSince ??= Date.now();
    const isLagging =
      (config.num_replicas ?? 1) > 1 && Date.now() - this.#behindSince < BEHIND_MS_MAX;
    if (!isLagging) throw goneBack(head, highest);
    throw new InterruptedError('the server that leads the stream lags behind the others');
  }

  /**
   * Does `work` on a checked connection, again when it failed for a passing reason, until the deadline.
   * Errors: {@link LogUnavailableError}; `doing` says what could not be done.
   */
  async use<T>(
    doing: string,
    work: (nats: NatsConnection) => Promise<T>,
    deadline = Date.now() + this.patienceMs,
  ): Promise<T> {
    for (;;) {
      const nats = await this.#connected(deadline, doing);
      try {
        return await work(nats);
      } catch (error) {
        this.ended.throwIfAborted();
        if (error instanceof LogUnavailableError) throw error;
        if (!isPassing(error) || Date.now() + RETRY_MS > deadline) throw failed(doing, error);
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }

  async #connected(deadline: number, doing: string): Promise<NatsConnection> {
    for (;;) {
      this.ended.throwIfAborted();
      if (this.#current) return this.#current;
      const left = deadline - Date.now();
      if (left <= 0) {
        // Why there is no connection, or what went wrong on the one that there is.
        await this.#link.connected(0).catch((error: unknown) => (this.#failure = error));
        throw failed(doing, this.#failure);
      }
      await this.#changed(left);
    }
  }

  /** Checks a new connection, for as long as it lasts. */
  async #enter(nats: NatsConnection, isChecked: boolean): Promise<void> {
    void nats.closed().then(() => {
      if (this.#current === nats) this.#current = undefined;
    });
    while (this.#link.current === nats && !this.ended.aborted) {
      try {
        if (!isChecked) await this.check(nats);
        if (this.#link.current !== nats || this.ended.aborted) return;
        this.#failure = undefined;
        this.#current = nats;
        for (const use of this.#uses) use(nats);
        for (const wake of this.#waiting) wake();
        return;
      } catch (error) {
        this.#failure = error;
        await this.#changed(RETRY_MS);
      }
    }
  }

  #changed(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, timeoutMs);
      this.#waiting.add(wake);
    });
  }
}

function failed(doing: string, cause: unknown): LogUnavailableError {
  const reason = reasonOf(cause).replace(/\.$/, '');
  return new LogUnavailableError(`The event log can't ${doing} now: ${reason}.`, { cause });
}

const otherLog = (was: string, is: string): LogUnavailableError =>
  new LogUnavailableError(
    `The server has another event log (${is}) than this process started with (${was}): restart Sortie if that was meant, or restore the stream.`,
  );

/** The server's log ends before what it has given out already. */
export const goneBack = (head: Sequence, highest: Sequence): LogUnavailableError =>
  new LogUnavailableError(
    `The event log has gone back: the server's stream ends at commit ${head}, but commit ${highest} was there before. It was restored from an older copy, or lost commits: stop Sortie, restore the newest copy, and only then restart it.`,
  );
