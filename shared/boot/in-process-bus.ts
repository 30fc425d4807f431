import type { z } from 'zod';
import { type CustomTransportStrategy, Server } from '@nestjs/microservices';
import { firstValueFrom } from 'rxjs';
import {
  type Bus,
  BusUnavailableError,
  type Operation,
  type Reply,
  type RequestContext,
} from '#shared/es/operation.js';

/** How long a caller waits for a reply. */
const REQUEST_DEADLINE_MS = 10_000;

/** What travels on the bus. */
export type BusRequest<D = unknown> = { data: D; context: RequestContext };

/** What a controller's method is handed for an operation. */
export type Asked<O extends Pick<Operation, 'data'>> = BusRequest<z.infer<O['data']>>;

/** What it answers with. */
export type Answered<O extends Pick<Operation, 'result'>> = Promise<Reply<z.infer<O['result']>>>;

/**
 * The bus inside one process: a Nest transport whose handlers are called directly. Services can't tell it from a
 * bus between processes, except by its speed.
 */
export class InProcessBus extends Server implements CustomTransportStrategy, Bus {
  readonly #deadlineMs: number;

  constructor(deadlineMs = REQUEST_DEADLINE_MS) {
    super();
    this.#deadlineMs = deadlineMs;
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

  async request<D, R>(
    operation: Operation<D, R>,
    data: D,
    context: RequestContext,
  ): Promise<Reply<R>> {
    const handler = this.messageHandlers.get(operation.subject);
    if (!handler) {
      throw new BusUnavailableError(`Nobody answers ${operation.subject}; try again in a moment.`);
    }
    const request: BusRequest<D> = { data, context };
    const deadlineMs = operation.deadlineMs ?? this.#deadlineMs;
    return withDeadline(this.#reply<R>(handler, request), operation.subject, deadlineMs);
  }

  async #reply<R>(
    handler: (request: unknown) => Promise<unknown>,
    request: BusRequest,
  ): Promise<Reply<R>> {
    const answer = this.transformToObservable(await handler(request));
    return (await firstValueFrom(answer)) as Reply<R>;
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
