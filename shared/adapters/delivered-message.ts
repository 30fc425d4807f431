import type { Msg } from 'nats';
import type { Sequence } from '#shared/es/commit.js';
import { commandIdIn, isCopyIn, isForeign, type Stored } from './stored-message.js';

const HEADERS_START = 'NATS/1.0\r\n';
const HEADERS_END = '\r\n\r\n';
/** Those of a commit take some 150; to look at more of the memory before the data takes longer. */
const HEADERS_BYTES_MAX = 512;

/**
 * A message as a consumer delivers it. A catch-up passes over a million of them, most for other services, so each part
 * is read only when it is asked for.
 */
export class DeliveredMessage implements Stored {
  readonly sequence: Sequence;
  readonly subject: string;
  readonly #message: Msg;
  #known: string | undefined;

  constructor(message: Msg) {
    this.#message = message;
    this.sequence = sequenceOf(message.reply ?? '');
    this.subject = message.subject;
  }

  get size(): number {
    return this.#message.data.length;
  }

  get text(): string {
    return this.#message.string();
  }

  get commandId(): string {
    // A copy: a part of a string keeps the whole of it in memory for as long as the id is known.
    return Buffer.from(commandIdIn(this.#headers()), 'latin1').toString('latin1');
  }

  get isForeign(): boolean {
    const headers = this.#headers();
    return isForeign(this.subject, commandIdIn(headers), isCopyIn(headers));
  }

  #headers(): string {
    return (this.#known ??= headersBefore(this.#message));
  }
}

/** Headers end right before the data, in one piece of memory; the library would take each line of them apart. */
function headersBefore({ data }: Msg): string {
  const length = Math.min(data.byteOffset, HEADERS_BYTES_MAX);
  const before = Buffer.from(data.buffer, data.byteOffset - length, length).toString('latin1');
  const start = before.lastIndexOf(HEADERS_START);
  // Those of a message before this one end elsewhere.
  const isOwn = start >= 0 && before.indexOf(HEADERS_END, start) === length - HEADERS_END.length;
  return isOwn ? before.slice(start) : '';
}

/**
 * `$JS.ACK.<stream>.<consumer>.<deliveries>.<sequence>.<…>.<time>.<pending>`, or with `<domain>.<account>` before the
 * stream and a token at the end.
 */
function sequenceOf(acknowledgeSubject: string): Sequence {
  const tokens = acknowledgeSubject.split('.');
  return Number(tokens[tokens.length === 9 ? 5 : 7]);
}
