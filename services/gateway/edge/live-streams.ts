import type { FastifyReply, FastifyRequest } from 'fastify';
import { CheckSignIn } from '#shared/contracts/identity.js';
import { CheckApiToken } from '#shared/contracts/ways-in.js';
import type { Bus } from '#shared/es/operation.js';
import { systemContext } from '#shared/es/system-context.js';
import { streamEvents } from './event-stream.js';
import type { EventTail } from './event-tail.js';
import { visibleEvents } from './event-visibility.js';
import { Problem } from './problem.js';
import { type Caller, contextOf } from './request-context.js';
import type { Held } from './revocation.js';

const STREAMS_PER_USER_MAX = 20;
const STREAMS_MAX = 1_000;
/** Node's longest timer. */
const TIMER_MS_MAX = 2 ** 31 - 1;
const SEQUENCE = /^[0-9]{1,15}$/;

type Stream = Held & { readonly end: AbortController };

/** The event streams that are open, within limits, so that each can be ended when its sign-in does. */
export class LiveStreams {
  readonly #streams = new Set<Stream>();
  readonly #tail: EventTail;
  readonly #bus: Bus;
  readonly #onError: (error: unknown) => void;

  constructor(tail: EventTail, bus: Bus, onError: (error: unknown) => void) {
    this.#tail = tail;
    this.#bus = bus;
    this.#onError = onError;
  }

  /** Answers `GET /api/events`. Throws {@link Problem} for a Last-Event-ID that is no sequence, or past the limits. */
  open(request: FastifyRequest, reply: FastifyReply, caller: Caller): FastifyReply {
    const after = afterOf(request);
    this.#requireRoom(caller.actor.id);
    const end = new AbortController();
    const { actor, signInId, tokenId } = caller;
    const stream: Stream = { userId: actor.id, signInId, tokenId, end };
    this.#streams.add(stream);
    reply.raw.once('close', () => end.abort());
    this.#endWithWayIn(stream, caller);
    const context = contextOf(request, caller);
    reply.hijack();
    const headers = { ...reply.getHeaders(), 'content-type': 'text/event-stream; charset=utf-8' };
    // A proxy that gathers answers would hold events back.
    reply.raw.writeHead(200, { ...headers, 'x-accel-buffering': 'no' } as Record<string, string>);
    // The stream may go on for days; what it asks of the services then is no part of this request's trace.
    request.trace.answered(200);
    const visible = (commit: Parameters<typeof visibleEvents>[0]) =>
      visibleEvents(commit, context, this.#bus);
    streamEvents(reply.raw, { tail: this.#tail, visible, after, signal: end.signal })
      .catch((error: unknown) => {
        reply.raw.destroy();
        if (!end.signal.aborted) request.trace.span.within(() => this.#onError(error));
      })
      .finally(() => this.#streams.delete(stream));
    return reply;
  }

  /** Ends every stream that matches. */
  revoke(matches: (held: Held) => boolean): void {
    for (const stream of this.#streams) if (matches(stream)) stream.end.abort();
  }

  /** Its revocation may have come between the check of the cookie and the stream's being on the list: so look again. */
  #endWithWayIn({ end }: Stream, caller: Caller): void {
    const { expiresAt } = caller;
    if (expiresAt === undefined) return;
    const timer = setTimeout(() => end.abort(), Math.min(expiresAt - Date.now(), TIMER_MS_MAX));
    end.signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
    this.#check(caller).then(
      (isOpen) => isOpen || end.abort(),
      () => end.abort(),
    );
  }

  async #check({ actor, signInId, tokenId }: Caller): Promise<boolean> {
    const checked =
      tokenId === undefined
        ? await this.#bus.request(CheckSignIn, { sign_in_id: signInId ?? '' }, systemContext())
        : await this.#bus.request(CheckApiToken, { token_id: tokenId }, systemContext());
    // Nor may the role have changed since: what the stream tells depends on it.
    const isSame =
      !(checked.kind === 'done' && 'role' in checked.result) || checked.result.role === actor.role;
    return checked.kind === 'done' && isSame;
  }

  #requireRoom(userId: string): void {
    const own = [...this.#streams].filter((stream) => stream.userId === userId).length;
    if (own >= STREAMS_PER_USER_MAX || this.#streams.size >= STREAMS_MAX) {
      throw new Problem(
        'TooManyConnections',
        `A person may have ${STREAMS_PER_USER_MAX} event streams open; close one first.`,
        { retryAfterSeconds: 5 },
      );
    }
  }
}

function afterOf(request: FastifyRequest): number | undefined {
  const { after } = request.query as { after?: unknown };
  const given = request.headers['last-event-id'] ?? after;
  if (given === undefined || given === '') return undefined;
  if (typeof given === 'string' && SEQUENCE.test(given)) return Number(given);
  const errors = [{ field: 'Last-Event-ID', message: 'must be a sequence of the log' }];
  throw new Problem('InvalidRequest', 'Last-Event-ID must be a sequence of the log.', { errors });
}
