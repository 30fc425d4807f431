import type { z } from 'zod';

/** What the gate does not let through, in one sentence; `status` is what the asker is answered with. */
export class Refusal extends Error {
  override readonly name = 'Refusal';

  constructor(
    message: string,
    readonly status: number = 403,
  ) {
    super(`The Docker gate refuses this: ${message}`);
  }
}

/** The engine did not answer, or not in a way that can be passed on; `mayHaveHeard` tells whether it may have acted. */
export class EngineAwayError extends Error {
  override readonly name = 'EngineAwayError';

  constructor(
    message: string,
    readonly mayHaveHeard: boolean,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

const ISSUES_TOLD_MAX = 3;

/** Reads something by its schema. Throws {@link Refusal}, which names the first things that don't fit. */
export function readAs<T>(schema: z.ZodType<T>, given: unknown, what: string): T {
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const told = parsed.error.issues
    .slice(0, ISSUES_TOLD_MAX)
    .map(({ path, message }) => `${[what, ...path.map(String)].join('.')}: ${message}`);
  throw new Refusal(`${told.join('; ')}.`);
}
