import { Readable } from 'node:stream';
import type { z } from 'zod';
import { BeginAuditExport, ReadAuditExport } from '#shared/contracts/audit.js';
import type { Bus, Reply, RequestContext } from '#shared/es/operation.js';
import { EXPORT_TYPES, exportHeader, exportText } from './export-text.js';
import { Problem } from './problem.js';
import { problemOfRefusal } from './problem-of-error.js';
import type { Held } from './revocation.js';
import type { Answering } from './route.js';
import { withUserNames } from './user-names.js';

/** Each holds a stretch of the trail for its reader. */
const EXPORTS_MAX = 8;
const EXPORTS_PER_PERSON_MAX = 2;
/** What a reader is handed at once, and how long it may take for that: a slow one goes on, one that stopped does not. */
const CHUNK_BYTES = 16 * 1_024;
const STALLED_READER_MS = 30_000;

type Asked = z.infer<typeof BeginAuditExport.data>;
type Begun = z.infer<typeof BeginAuditExport.result>;
type Stretch = z.infer<typeof ReadAuditExport.result>;
type Open = Held & { readonly asked: Asked; stream?: Readable };

/** An export ended before it was whole; the reader learns it from the connection. */
class ExportBrokenError extends Error {
  override readonly name = 'ExportBrokenError';
}

/**
 * The exports of the trail that are under way, within limits. Of each no more than one stretch is in memory, which is read when
 * the reader has taken the one before. What can't be finished breaks its connection off: a file that ends in order is whole.
 */
export class AuditExports {
  readonly #open = new Map<string, Open>();
  readonly #onError: (error: unknown) => void;
  readonly #stalledMs: number;

  constructor(onError: (error: unknown) => void, stalledMs = STALLED_READER_MS) {
    this.#onError = onError;
    this.#stalledMs = stalledMs;
  }

  /** Takes one of the places and has the audit service put on record who takes what out. Throws {@link Problem} where all are taken. */
  begin = async (asked: Asked, context: RequestContext, bus: Bus): Promise<Reply<Begun>> => {
    const { actor, signInId, tokenId, correlationId } = context;
    this.#requireRoom(actor.id);
    this.#open.set(correlationId, { userId: actor.id, signInId, tokenId, asked });
    let isBegun = false;
    try {
      const reply = await bus.request(BeginAuditExport, asked, context);
      isBegun = reply.kind === 'done';
      return reply;
    } finally {
      if (!isBegun) this.#open.delete(correlationId);
    }
  };

  /** Answers with the file, from its first entry on. Throws {@link Problem} as long as nothing of it was sent. */
  send = async (begun: Begun, answering: Answering): Promise<Readable> => {
    const { reply, context } = answering;
    const { correlationId } = context;
    const open = this.#open.get(correlationId);
    if (!open) throw new Error('An export goes on that has not begun');
    const { format } = open.asked;
    try {
      const first = await readStretch(open.asked, begun, answering);
      const name = `sortie-audit-${begun.through}.${format}`;
      reply.type(`${EXPORT_TYPES[format]}; charset=utf-8`);
      reply.header('content-disposition', `attachment; filename="${name}"`);
      reply.header('sortie-as-of', String(begun.through));
      open.stream = this.#streamed(textsOf(open.asked, begun, first, answering));
      open.stream.once('close', () => this.#open.delete(correlationId));
      return open.stream;
    } catch (error) {
      this.#open.delete(correlationId);
      throw error;
    }
  };

  /** Breaks off every export that matches. */
  revoke(matches: (held: Held) => boolean): void {
    for (const open of this.#open.values()) {
      if (matches(open)) open.stream?.destroy(new ExportBrokenError('The export was broken off'));
    }
  }

  #requireRoom(userId: string): void {
    const own = [...this.#open.values()].filter((open) => open.userId === userId).length;
    if (own < EXPORTS_PER_PERSON_MAX && this.#open.size < EXPORTS_MAX) return;
    throw new Problem(
      'TooManyConnections',
      `A person may have ${EXPORTS_PER_PERSON_MAX} exports under way, all together ${EXPORTS_MAX}; wait for one to end.`,
      { retryAfterSeconds: 5 },
    );
  }

  #streamed(texts: AsyncIterable<string>): Readable {
    const stall = (): void =>
      void stream.destroy(new ExportBrokenError('The reader of an export has stopped'));
    const timer = setTimeout(stall, this.#stalledMs);
    async function* chunks(): AsyncGenerator<Buffer> {
      for await (const text of texts) {
        const bytes = Buffer.from(text);
        for (let from = 0; from < bytes.length; from += CHUNK_BYTES) {
          timer.refresh();
          yield bytes.subarray(from, from + CHUNK_BYTES);
        }
        timer.refresh();
      }
    }
    const stream = Readable.from(chunks(), { objectMode: false, highWaterMark: CHUNK_BYTES });
    stream.once('close', () => clearTimeout(timer));
    stream.once('error', (error) => {
      if (!(error instanceof ExportBrokenError)) this.#onError(error);
    });
    return stream;
  }
}

async function* textsOf(
  asked: Asked,
  begun: Begun,
  first: Stretch,
  answering: Answering,
): AsyncGenerator<string> {
  yield exportHeader(asked.format);
  for (let stretch = first; ;) {
    yield exportText(asked.format, await withUserNames(stretch.entries, answering));
    if (stretch.isLast) return;
    stretch = await readStretch(asked, { ...begun, after: stretch.after }, answering);
  }
}

async function readStretch(
  { format: _format, ...filters }: Asked,
  begun: Begun,
  { bus, context }: Pick<Answering, 'bus' | 'context'>,
): Promise<Stretch> {
  const reply = await bus.request(ReadAuditExport, { ...filters, ...begun }, context);
  if (reply.kind === 'rejected') throw problemOfRefusal(reply);
  return reply.result;
}
