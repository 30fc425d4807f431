import { z } from 'zod';
import { decodeCursor, encodeCursor } from '#shared/contracts/page.js';
import type { Sequence } from '#shared/es/commit.js';
import type { EventLog } from '#shared/es/event-log.js';
import { sequenceAt } from '#shared/es/sequence-at.js';
import { Problem } from './problem.js';
import type { Route } from './route.js';

const SEQUENCE = /^[0-9]{1,15}$/;
const CURSOR = /^asOf ([0-9]{1,15}) (.+)$/s;
const moment = z.iso.datetime({ offset: true });

/** What a moment is looked up in. */
export type PastSource = Readonly<{ log: Pick<EventLog, 'read' | 'head'>; now: () => Date }>;

/** A query with what it says of the past taken out: the rest is the operation's data. */
export type Asked = Readonly<{ asOf?: Sequence; query: unknown }>;

/** Whether a route's answer can be asked for as it was. */
export const hasPast = ({ method, operation }: Route): boolean =>
  method === 'GET' && operation.past === true;

/**
 * Reads `asOf` from a query, and from a cursor that was given for a page of the past, so that all pages are of one
 * sequence. Throws {@link Problem} for what is no place in the past.
 */
export async function askedOf(route: Route, query: unknown, source: PastSource): Promise<Asked> {
  if (!hasPast(route)) return { query };
  const { asOf, ...rest } = query as Record<string, unknown>;
  const [inCursor, cursor] = ofCursor(rest['cursor']);
  const given = asOf === undefined ? undefined : await sequenceOf(asOf, source);
  if (given !== undefined && inCursor !== undefined && given !== inCursor) {
    throw refused(`is ${given}, and the cursor is of ${inCursor}; leave one of them out`);
  }
  const sequence = given ?? inCursor;
  if (sequence === undefined) return { query };
  if (sequence > (await source.log.head())) {
    throw refused(`${sequence} is not in the log yet; ask for a sequence that it has`);
  }
  return { asOf: sequence, query: cursor === undefined ? rest : { ...rest, cursor } };
}

/** The result, whose cursor keeps the sequence where it is one of the past. */
export function keepingSequence<R>(result: R, asOf: Sequence | undefined): R {
  const { next_cursor: cursor } = (result ?? {}) as { next_cursor?: string };
  if (asOf === undefined || cursor === undefined) return result;
  return { ...result, next_cursor: encodeCursor(`asOf ${asOf} ${cursor}`) };
}

function ofCursor(cursor: unknown): readonly [Sequence | undefined, unknown] {
  const [, sequence, inner] =
    (typeof cursor === 'string' && CURSOR.exec(String(decodeCursor(cursor)))) || [];
  return sequence === undefined ? [undefined, cursor] : [Number(sequence), inner];
}

async function sequenceOf(asOf: unknown, { log, now }: PastSource): Promise<Sequence> {
  if (typeof asOf === 'string' && SEQUENCE.test(asOf)) return Number(asOf);
  // A plus sign that was not escaped arrives as a space.
  const parsed = moment.safeParse(typeof asOf === 'string' ? asOf.replace(' ', '+') : asOf);
  if (!parsed.success) {
    throw refused('must be a time like 2026-11-20T08:00:00Z, or a sequence of the event log');
  }
  const at = Date.parse(parsed.data);
  if (at > now().getTime()) throw refused('lies in the future; leave it out to see what is now');
  return sequenceAt(log, at, await log.head());
}

const refused = (message: string): Problem =>
  new Problem('InvalidRequest', `asOf: ${message}`, { errors: [{ field: 'asOf', message }] });
