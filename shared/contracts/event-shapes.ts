import { z } from 'zod';
import type { AttemptRefused } from '#shared/es/attempt-refused.js';
import { STREAM_ID } from '#shared/es/commit.js';
import type { Message } from '#shared/es/decider.js';

/** The shape of the data of each event of a union. The compiler asks for each, and that it fits the event's type. */
export type EventShapes<E extends Message> = Readonly<{
  [T in E['type']]: z.ZodType<Extract<E, { type: T }>['data']>;
}>;

export const eventId = z.string().regex(STREAM_ID);
export const eventTime = z.iso.datetime().describe('RFC 3339, UTC');

/** A text about a person: sealed, or as it was in logs from before there were keys. */
export const personal = (what: string): z.ZodString =>
  z
    .string()
    .describe(
      `${what}. Ciphertext, \`personal.<user id>.<field>.<sealed>\`, under a key that only Sortie has and that is forgotten when the person is erased; plain text in logs from before 25 November 2026`,
    );

/** An event of every service, see AttemptRefused. */
export const refusalData: EventShapes<AttemptRefused> = {
  AttemptRefused: z
    .strictObject({
      operation: z.string().describe('Name of the operation that was tried'),
      resourceType: z.string().exactOptional().describe('What it was tried on: app, session, user'),
      resourceId: z.string().exactOptional(),
      code: z.string().describe('Why not, as in the problem documents of the REST API'),
      detail: z.string(),
    })
    .describe('Somebody tried what they may not, or what could not be done.'),
};
