import type { NatsConnection } from 'nats';
import type { Sequence } from '#shared/es/commit.js';
import { BATCH_COMMITS_MAX } from '#shared/es/event-log.js';
import { PullConsumer, type PullEnd } from './jetstream-pull.js';
import { InterruptedError } from './jetstream-requests.js';
import type { Stored } from './stored-message.js';

/** A batch ends once it has this much JSON, however few commits they are. */
export const BATCH_BYTES_MAX = 8 * 1_024 * 1_024;
const PULL_MS_MAX = 5_000;

/** A reader was interrupted; at a gap, the stream may have lost a commit. */
export class CursorBrokenError extends InterruptedError {
  override readonly name = 'CursorBrokenError';
  readonly end: PullEnd;

  constructor(end: PullEnd) {
    super(end.kind === 'lost' ? end.reason : 'reading was interrupted');
    this.end = end;
  }
}

/**
 * Reads on from one place of the stream, batch by batch. While a batch is being worked on, the next one is under way, so
 * that server and process work at the same time; never more than that one.
 */
export class JetStreamCursor {
  #consumer: PullConsumer | undefined;
  #buffer: Stored[] = [];
  #pulling: Promise<void> | undefined;
  #settle: (end: PullEnd) => void = () => undefined;
  #position: Sequence;
  #batches = 0;

  private constructor(position: Sequence) {
    this.#position = position;
  }

  /** Begins behind `after`. */
  static async open(
    nats: NatsConnection,
    inboxPrefix: string,
    after: Sequence,
  ): Promise<JetStreamCursor> {
    const cursor = new JetStreamCursor(after);
    cursor.#consumer = await PullConsumer.create(nats, inboxPrefix, after, {
      onMessage: (message) => cursor.#buffer.push(message),
      onEnd: (end) => cursor.#settle(end),
    });
    return cursor;
  }

  /** The sequence of the last message that was taken. */
  get position(): Sequence {
    return this.#position;
  }

  /** Takes the next messages: all up to `through`, unless they are too large for one batch. Errors: {@link CursorBrokenError}. */
  async take(through: Sequence, head: Sequence): Promise<Stored[]> {
    const count = through - this.#position;
    const taken: Stored[] = [];
    let bytes = 0;
    while (taken.length < count && bytes < BATCH_BYTES_MAX) {
      if (this.#buffer.length === 0) {
        await (this.#pulling ?? this.#pull(count - taken.length));
        this.#pulling = undefined;
      }
      const message = this.#buffer.shift();
      // An empty batch would say that the log ends here.
      if (!message) throw new CursorBrokenError({ kind: 'lost', reason: 'nothing came' });
      taken.push(message);
      bytes += message.size;
    }
    this.#position += taken.length;
    this.#batches += 1;
    this.#readAhead(head);
    return taken;
  }

  close(): void {
    this.#consumer?.close();
    this.#settle({ kind: 'lost', reason: 'the log is closed' });
  }

  /** A single batch somewhere is mostly the only one; from the second on they are taken for a catch-up. */
  #readAhead(head: Sequence): void {
    const left = head - this.#position - this.#buffer.length;
    if (this.#batches < 2 || this.#pulling || this.#buffer.length > 0 || left <= 0) return;
    const pulling = this.#pull(Math.min(left, BATCH_COMMITS_MAX));
    this.#pulling = pulling;
    pulling.then(
      // Whoever comes later than the batch finds it in the buffer, and pulls the next one.
      () => this.#pulling === pulling && (this.#pulling = undefined),
      // Told to whoever takes the batch.
      () => undefined,
    );
  }

  #pull(messages: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const before = this.#buffer.length;
      this.#settle = (end) => {
        const isWhole = end.kind === 'filled';
        const isPart = end.kind === 'too-many-bytes' && this.#buffer.length > before;
        if (isWhole || isPart) resolve();
        else reject(new CursorBrokenError(end));
      };
      this.#consumer?.pull({ messages, bytes: BATCH_BYTES_MAX, expiresMs: PULL_MS_MAX });
    });
  }
}
