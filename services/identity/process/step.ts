import { v5 as uuidV5 } from 'uuid';
import { accept, type Decider, type Message } from '#shared/es/decider.js';
import type { RequestContext } from '#shared/es/operation.js';

const STEP_NAMESPACE = 'b0d6a4de-7f0b-5a3a-8a3f-1a6c6f0f5e21';

/**
 * The context of a further commit of the same request: its command id is made from the request's, so that a retry
 * finds what it has done already and goes on from there. The version that the caller saw is another stream's.
 */
export function stepOf(context: RequestContext, step: string): RequestContext {
  const { expectedVersion: _seen, ...rest } = context;
  return { ...rest, commandId: uuidV5(`${context.commandId}/${step}`, STEP_NAMESPACE) };
}

/** The context of a request's first commit, when the version that the caller saw is another stream's. */
export function firstStepOf({ expectedVersion: _seen, ...context }: RequestContext) {
  return context;
}

/** Decides nothing: it only brings the first answer to light, before work that can't be done twice. */
export const recall: Decider<Message<'Recall', object>, Message, null> = {
  initialState: null,
  evolve: () => null,
  decide: () => accept(),
};
