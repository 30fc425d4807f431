import { firstValueFrom, isObservable } from 'rxjs';
import type { z } from 'zod';
import type { Operation, Reply, RequestContext } from '#shared/es/operation.js';

/** How long a caller waits for a reply, unless its operation says otherwise. */
export const REQUEST_DEADLINE_MS = 10_000;

/** What travels on the bus. */
export type BusRequest<D = unknown> = { data: D; context: RequestContext };

/** What a controller's method is handed for an operation. */
export type Asked<O extends Pick<Operation, 'data'>> = BusRequest<z.infer<O['data']>>;

/** What it answers with. */
export type Answered<O extends Pick<Operation, 'result'>> = Promise<Reply<z.infer<O['result']>>>;

/** Has one of Nest's handlers answer: it gives a promise of the reply, or of an observable with a reply or an error in it. */
export async function answerOf(
  handler: (request: BusRequest) => Promise<unknown>,
  request: BusRequest,
): Promise<Reply<unknown>> {
  const answer = await handler(request);
  return (isObservable(answer) ? await firstValueFrom(answer) : answer) as Reply<unknown>;
}
