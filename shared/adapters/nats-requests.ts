import { randomUUID } from 'node:crypto';
import {
  ErrorCode,
  Events,
  headers as newHeaders,
  type Msg,
  type MsgHdrs,
  NatsError,
  type NatsConnection,
  type Subscription,
} from 'nats';
import { busInboxIn, isBusInbox } from '#shared/contracts/permissions.js';
import type { NatsLink } from './nats-connection.js';

/** Names and values in printable ASCII; a value neither begins nor ends with a space. */
export type Headers = Readonly<Record<string, string>>;

/** A text that came over NATS. */
export type Message = Readonly<{ header: (name: string) => string | undefined; text: string }>;

/** A request that came over NATS. */
export type Question = Message &
  Readonly<{
    /** Answers. False when the answer is larger than the server takes: nothing was sent. */
    answer: (text: string) => boolean;
  }>;

/**
 * What became of a request: an answer, or why there is none. Only after `late` may somebody have taken it; after
 * `tooLarge` and `forbidden` it will never arrive.
 */
export type Outcome =
  | Readonly<{ kind: 'answered'; message: Message }>
  | Readonly<{ kind: 'nobody' | 'late' | 'disconnected' | 'tooLarge' | 'forbidden' }>;

export type Asking = Readonly<{
  subject: string;
  text: string;
  headers: Headers;
  timeoutMs: number;
}>;

/** What listens for questions; `take` must not throw. */
export type Answering = Readonly<{
  subject: string;
  /** Of those who listen in one group, one gets each question. */
  group: string;
  take: (question: Question) => void;
}>;

type Waiting = Readonly<{ subject: string; end: (outcome: Outcome) => void }>;

const NO_RESPONDERS = 503;
/** How long an answer is kept while there is no connection: after it, hardly anybody waits for it any more. */
const ANSWER_KEPT_MS = 8_000;
/** How much later than this process another one may be back. */
const ASKER_BACK_MS = 500;

/**
 * Questions and answers over one connection to NATS. The library has requests of its own; here each has an inbox that
 * nobody can guess, because many may write to it, and outlives a lost connection, because an answer that takes long may.
 */
export class NatsRequests {
  readonly #link: NatsLink;
  readonly #onTrouble: (sentence: string) => void;
  readonly #inbox: string;
  readonly #waiting = new Map<string, Waiting>();
  readonly #stopReceiving: () => void;
  #receiving: Subscription | undefined;
  /** Why no answer could be heard, if none could. */
  #deafness: 'forbidden' | 'disconnected' | undefined;

  /** `onTrouble` hears what the person who runs this has to know. */
  constructor(link: NatsLink, onTrouble: (sentence: string) => void) {
    this.#link = link;
    this.#onTrouble = onTrouble;
    this.#inbox = busInboxIn(link.inboxPrefix, randomUUID());
    this.#stopReceiving = link.onConnected((connection) => {
      this.#receive(connection);
      void this.#watch(connection);
    });
  }

  /** Asks, and waits for one answer. Never rejects. */
  ask({ subject, text, headers, timeoutMs }: Asking): Promise<Outcome> {
    const connection = this.#link.current;
    if (this.#deafness || !connection) {
      return Promise.resolve({ kind: this.#deafness ?? 'disconnected' });
    }
    return new Promise((resolve) => {
      const id = randomUUID();
      const end = (outcome: Outcome): void => {
        clearTimeout(timer);
        this.#waiting.delete(id);
        resolve(outcome);
      };
      const timer = setTimeout(() => end({ kind: 'late' }), timeoutMs);
      this.#waiting.set(id, { subject, end });
      try {
        const options = { reply: `${this.#inbox}.${id}`, headers: written(headers) };
        connection.publish(subject, text, options);
      } catch (error) {
        end({ kind: isTooLarge(error) ? 'tooLarge' : 'disconnected' });
      }
    });
  }

  /**
   * Listens for questions, on this connection and those that come after it. Resolves once the server knows, with what
   * stops it: what is on its way by then is taken still. Errors: a sentence, when the server does not allow it.
   */
  async answer(listening: readonly Answering[]): Promise<() => Promise<void>> {
    let subscriptions: Subscription[] = [];
    const refused: string[] = [];
    const stopListening = this.#link.onConnected((connection) => {
      subscriptions = listening.map((answering) =>
        connection.subscribe(answering.subject, {
          queue: answering.group,
          callback: (error, message) => {
            if (!error) return this.#take(answering, message);
            refused.push(answering.subject);
            return this.#onTrouble(`NATS does not let this process answer ${answering.subject}.`);
          },
        }),
      );
    });
    await settled(this.#link.current);
    if (refused.length > 0) {
      stopListening();
      throw new Error(
        `NATS does not let this process answer ${refused.join(', ')}: write its configuration again with "sortie nats config", naming every service that the process hosts.`,
      );
    }
    return async () => {
      stopListening();
      await Promise.allSettled(subscriptions.map((subscription) => subscription.drain()));
    };
  }

  /** Waits for no answers any more: what is still asked has ended as `disconnected`. */
  close(): void {
    this.#stopReceiving();
    this.#receiving?.unsubscribe();
    this.#turnDeaf('disconnected');
  }

  #receive(connection: NatsConnection): void {
    this.#deafness = undefined;
    this.#receiving = connection.subscribe(`${this.#inbox}.*`, {
      callback: (error, message) => {
        if (error) {
          this.#onTrouble(`NATS does not let this process have its inbox ${this.#inbox}.`);
          this.#turnDeaf('forbidden');
          return;
        }
        // An answer that comes after its time has nobody who waits for it.
        const id = message.subject.slice(this.#inbox.length + 1);
        this.#waiting.get(id)?.end(outcomeOf(message));
      },
    });
  }

  #turnDeaf(why: 'forbidden' | 'disconnected'): void {
    this.#deafness = why;
    for (const { end } of this.#waiting.values()) end({ kind: why });
  }

  /** The server tells of a publication that it does not allow by its subject, a moment later. */
  async #watch(connection: NatsConnection): Promise<void> {
    for await (const { type, permissionContext: refused } of connection.status()) {
      if (type !== Events.Error || refused?.operation !== 'publish') continue;
      const asked = [...this.#waiting.values()].filter(
        ({ subject }) => subject === refused.subject,
      );
      if (asked.length === 0) continue;
      this.#onTrouble(`NATS does not let this process ask ${refused.subject}.`);
      for (const { end } of asked) end({ kind: 'forbidden' });
    }
  }

  #take({ subject, take }: Answering, message: Msg): void {
    try {
      const inbox = message.reply ?? '';
      if (isBusInbox(inbox)) {
        take({ ...read(message), answer: (answer) => this.#send(inbox, answer) });
        return;
      }
      // Answering there could be writing what the one who asks may not, but this process may.
      this.#onTrouble(
        `A request on ${subject} was dropped: it wants its answer on "${inbox}", which is no inbox.`,
      );
    } catch (error) {
      // Whatever bytes came: the connection, which calls this, must not break over them.
      this.#onTrouble(`What came on ${subject} can't be read: ${String(error)}`);
    }
  }

  #send(inbox: string, text: string): boolean {
    // The connection that brought the question may be another one by now, or none.
    const connection = this.#link.current;
    if (!connection) {
      void this.#sendLater(inbox, text);
      return true;
    }
    try {
      connection.publish(inbox, text);
      return true;
    } catch (error) {
      return !isTooLarge(error);
    }
  }

  /** A server that was away was away for whoever asked, too, who needs a moment to listen again. */
  async #sendLater(inbox: string, text: string): Promise<void> {
    const connection = await this.#link.connected(ANSWER_KEPT_MS).catch(() => undefined);
    if (!connection) return;
    await new Promise((resolve) => setTimeout(resolve, ASKER_BACK_MS));
    if (this.#link.current) this.#send(inbox, text);
  }
}

/** Once the server has taken, or refused, all that was sent to it; or the connection has ended. */
async function settled(connection: NatsConnection | undefined): Promise<void> {
  if (!connection) return;
  await Promise.race([connection.flush(), connection.closed()]).catch(() => undefined);
}

function written(headers: Headers): MsgHdrs {
  const all = newHeaders();
  for (const [name, value] of Object.entries(headers)) all.set(name, value);
  return all;
}

/** Throws for headers that are none. */
function read(message: Msg): Message {
  const { headers } = message;
  return { header: (name) => headers?.get(name) || undefined, text: message.string() };
}

function outcomeOf(message: Msg): Outcome {
  try {
    const isNobody = message.data.length === 0 && message.headers?.code === NO_RESPONDERS;
    return isNobody ? { kind: 'nobody' } : { kind: 'answered', message: read(message) };
  } catch {
    return { kind: 'answered', message: { header: () => undefined, text: '' } };
  }
}

const isTooLarge = (error: unknown): boolean =>
  error instanceof NatsError && error.code === String(ErrorCode.MaxPayloadExceeded);
