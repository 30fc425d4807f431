import { type CustomTransportStrategy, Server } from '@nestjs/microservices';
import {
  type Bus,
  BusUnavailableError,
  type Operation,
  type Reply,
  type RequestContext,
} from '#shared/es/operation.js';
import { answerOf, REQUEST_DEADLINE_MS } from './bus-request.js';
import { type BusTelemetry, tracedRequest, unwatchedBus } from './traced-request.js';

/**
 * The bus inside one process: a Nest transport whose handlers are called directly. Services can't tell it from a
 * bus between processes, except by its speed.
 */
export class InProcessBus extends Server implements CustomTransportStrategy, Bus {
  readonly #deadlineMs: number;
  readonly #telemetry: BusTelemetry;

  constructor(deadlineMs = REQUEST_DEADLINE_MS, telemetry = unwatchedBus) {
    super();
    this.#deadlineMs = deadlineMs;
    this.#telemetry = telemetry;
  }

  listen(callback: () => void): void {
    callback();
  }

  close(): void {
    this.messageHandlers.clear();
  }

  override on(): void {
    throw new Error('The in-process bus tells no connection events.');
  }

  override unwrap<T>(): T {
    throw new Error('The in-process bus has no client underneath.');
  }

  request<D, R>(operation: Operation<D, R>, data: D, context: RequestContext): Promise<Reply<R>> {
    return tracedRequest(this.#telemetry, operation, context, (traced) =>
      this.#send(operation, data, traced),
    );
  }

  async #send<D, R>(
    operation: Operation<D, R>,
    data: D,
    context: RequestContext,
  ): Promise<Reply<R>> {
    const handler = this.messageHandlers.get(operation.subject);
    if (!handler) {
      throw new BusUnavailableError(`Nobody answers ${operation.subject}; try again in a moment.`);
    }
    const deadlineMs = operation.deadlineMs ?? this.#deadlineMs;
    const reply = answerOf(handler, { data, context }) as Promise<Reply<R>>;
    return withDeadline(reply, operation.subject, deadlineMs);
  }
}

async function withDeadline<T>(work: Promise<T>, subject: string, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new BusUnavailableError(`${subject} had no reply within ${ms} ms.`));
    }, ms);
  });
  return Promise.race([work, deadline]).finally(() => clearTimeout(timer));
}
