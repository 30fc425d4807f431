import { z } from 'zod';
import { type RequestContext, ROLES, SCOPES } from '#shared/es/operation.js';
import { parseTraceparent } from '#shared/es/traceparent.js';

const CONTEXT = 'Sortie-Context';
const DEADLINE = 'Sortie-Deadline';
/** Its name everywhere (W3C Trace Context), so that others who look at the traffic understand it. */
const TRACEPARENT = 'traceparent';

const text = z.string().exactOptional();
/** Fields that a newer version may send are left out. */
const travelling = z.object({
  actor: z.object({ id: z.string(), role: z.enum(ROLES) }),
  signInId: text,
  tokenId: text,
  // One that only a newer version knows grants nothing here.
  scopes: z
    .array(z.string())
    .transform((told) => SCOPES.filter((scope) => told.includes(scope)))
    .exactOptional(),
  mustChangePassword: z.literal(true).exactOptional(),
  commandId: z.string(),
  requestHash: text,
  correlationId: z.string(),
  causationId: text,
  ip: text,
  userAgent: text,
  expectedVersion: z.number().int().exactOptional(),
  asOf: z.number().int().exactOptional(),
});

/**
 * Writes a request's context and the moment (epoch milliseconds) after which nobody waits for its answer as headers.
 * Each value is printable ASCII, whatever the context holds: other characters are escaped as JSON has it. A traceparent
 * that is none stays behind.
 */
export function headersOf(
  { traceparent, ...context }: RequestContext,
  deadline: number,
): Record<string, string> {
  return {
    [CONTEXT]: JSON.stringify(context).replace(/[\u007f-\uffff]/g, escaped),
    [DEADLINE]: String(deadline),
    ...(traceparent && parseTraceparent(traceparent) && { [TRACEPARENT]: traceparent }),
  };
}

/** Reads them back. Throws for what {@link headersOf} did not write. */
export function fromHeaders(header: (name: string) => string | undefined): {
  context: RequestContext;
  deadline: number;
} {
  const traceparent = header(TRACEPARENT);
  const context: RequestContext = {
    ...travelling.parse(JSON.parse(header(CONTEXT) ?? '')),
    ...(traceparent && { traceparent }),
  };
  return { context, deadline: z.coerce.number().int().parse(header(DEADLINE)) };
}

const escaped = (character: string): string =>
  `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
