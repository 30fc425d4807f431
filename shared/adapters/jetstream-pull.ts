import { createInbox, type Msg, type NatsConnection, type NatsError, nanos } from 'nats';
import { v7 as uuidV7 } from 'uuid';
import type { Sequence } from '#shared/es/commit.js';
import { DeliveredMessage } from './delivered-message.js';
import { ask, STREAM } from './jetstream-requests.js';
import type { Stored } from './stored-message.js';

const HEARTBEAT_MS = 1_000;
/** Heartbeats that may be missing in a row before a consumer counts as gone. */
const SILENT_BEATS_MAX = 3;
/** The server forgets a consumer that nobody asks for so long. */
const INACTIVE_MS_MAX = 60_000;

/** Codes of what comes instead of a message. */
const HEARTBEAT = 100;
const NOBODY = 503;
const EXPIRED: readonly number[] = [404, 408];

export type Pull = Readonly<{ messages: number; bytes: number; expiresMs: number }>;

/** How a pull ended: with all messages that were asked for, with fewer, or because the consumer is of no more use. */
export type PullEnd =
  | Readonly<{ kind: 'filled' | 'expired' | 'too-many-bytes' }>
  | Readonly<{ kind: 'lost'; reason: string }>
  /** Another message came than the next one, which may be missing or just not have arrived. */
  | Readonly<{ kind: 'gap'; wanted: Sequence; came: Sequence }>;

export type PullListener = Readonly<{
  onMessage: (message: Stored) => void;
  onEnd: (end: PullEnd) => void;
}>;

type Position = Readonly<{ delivered: Readonly<{ stream_seq: Sequence }> }>;

/**
 * A consumer of the stream that lives in the server's memory and acknowledges nothing: whoever reads keeps its own
 * place. Messages come one pull after the other, each exactly the next in sequence.
 */
export class PullConsumer {
  readonly #nats: NatsConnection;
  readonly #name: string;
  readonly #inbox: string;
  readonly #listener: PullListener;
  readonly #subscription;
  #next: Sequence;
  #left = 0;
  #silentBeats = 0;
  #beat: NodeJS.Timeout | undefined;
  #isClosed = false;

  private constructor(
    nats: NatsConnection,
    name: string,
    inboxPrefix: string,
    [next, listener]: [Sequence, PullListener],
  ) {
    this.#nats = nats;
    this.#name = name;
    this.#next = next;
    this.#listener = listener;
    this.#inbox = createInbox(inboxPrefix);
    this.#subscription = nats.subscribe(this.#inbox, {
      callback: (error, message) => this.#take(error, message),
    });
    void nats.closed().then(() => this.#lose('the connection is lost'));
  }

  /** Makes a consumer whose first message is the one behind `after`. Errors: as {@link ask}. */
  static async create(
    nats: NatsConnection,
    inboxPrefix: string,
    after: Sequence,
    listener: PullListener,
  ): Promise<PullConsumer> {
    const name = `sortie-${uuidV7()}`;
    await ask<Position>(nats, `CONSUMER.CREATE.${STREAM}.${name}`, {
      stream_name: STREAM,
      action: 'create',
      config: {
        name,
        deliver_policy: 'by_start_sequence',
        opt_start_seq: after + 1,
        ack_policy: 'none',
        replay_policy: 'instant',
        inactive_threshold: nanos(INACTIVE_MS_MAX),
        mem_storage: true,
        num_replicas: 1,
      },
    });
    return new PullConsumer(nats, name, inboxPrefix, [after + 1, listener]);
  }

  /** Asks for messages; one pull at a time. */
  pull({ messages, bytes, expiresMs }: Pull): void {
    if (this.#isClosed) return this.#listener.onEnd({ kind: 'lost', reason: 'it has ended' });
    this.#left = messages;
    this.#silentBeats = 0;
    this.#beat ??= setInterval(() => this.#countSilence(), HEARTBEAT_MS);
    const question = {
      batch: messages,
      max_bytes: bytes,
      expires: nanos(expiresMs),
      idle_heartbeat: nanos(HEARTBEAT_MS),
    };
    this.#nats.publish(
      `$JS.API.CONSUMER.MSG.NEXT.${STREAM}.${this.#name}`,
      JSON.stringify(question),
      {
        reply: this.#inbox,
      },
    );
  }

  /** Ends the consumer without a word to its listener. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearInterval(this.#beat);
    if (this.#nats.isClosed()) return;
    this.#subscription.unsubscribe();
    // The server would find out by itself, later.
    ask(this.#nats, `CONSUMER.DELETE.${STREAM}.${this.#name}`).catch(() => undefined);
  }

  #take(error: NatsError | null, message: Msg): void {
    if (this.#isClosed) return;
    if (error) return this.#lose(error.message);
    this.#silentBeats = 0;
    // Only a stored message has an address to be acknowledged at; all else is about the pull.
    if (!message.reply) return this.#takeStatus(message);
    const stored = new DeliveredMessage(message);
    if (stored.sequence !== this.#next) {
      return this.#give({ kind: 'gap', wanted: this.#next, came: stored.sequence });
    }
    this.#next += 1;
    this.#left -= 1;
    this.#listener.onMessage(stored);
    if (this.#left === 0) this.#finish({ kind: 'filled' });
  }

  #takeStatus({ headers }: Msg): void {
    if (!headers) return this.#lose('the server sent something unknown');
    const { code, description } = headers;
    if (code === HEARTBEAT) return this.#takeHeartbeat(Number(headers.get('Nats-Last-Stream')));
    // Comes behind the last message of a pull, when it left some of its bytes over.
    if (/batch completed/i.test(description)) return;
    if (EXPIRED.includes(code)) return this.#finish({ kind: 'expired' });
    if (/exceeds maxbytes/i.test(description)) return this.#finish({ kind: 'too-many-bytes' });
    this.#lose(code === NOBODY ? 'the consumer is gone' : description);
  }

  /** A heartbeat tells how far the server has sent; what it sent came before it, or got lost. */
  #takeHeartbeat(sent: Sequence): void {
    if (sent >= this.#next) this.#give({ kind: 'gap', wanted: this.#next, came: sent });
  }

  #countSilence(): void {
    // Counted in beats, not in time: after a blocked event loop one beat comes before what has arrived meanwhile.
    this.#silentBeats += 1;
    if (this.#silentBeats > SILENT_BEATS_MAX) this.#lose('the server sends no heartbeat');
  }

  #finish(end: PullEnd): void {
    clearInterval(this.#beat);
    this.#beat = undefined;
    this.#listener.onEnd(end);
  }

  #lose(reason: string): void {
    if (!this.#isClosed) this.#give({ kind: 'lost', reason });
  }

  #give(end: PullEnd): void {
    this.close();
    this.#listener.onEnd(end);
  }
}
