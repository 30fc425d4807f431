import { z } from 'zod';
import type { Message } from '#shared/es/decider.js';
import { operationsOf } from '#shared/es/operation.js';
import { userId } from './account.js';

/** How many personal texts are opened at once. */
export const TEXTS_OPENED_MAX = 4_000;
const TEXT_LENGTH_MAX = 8_192;
const ORIGIN_LENGTH_MAX = 1_024;
const NAME_CONFIRMED_LENGTH_MAX = 64;
/** The log is read from end to end. */
const SHOW_DEADLINE_MS = 120_000;

/** Nobody can read from now on what the log has about this person: the key that it is sealed under is forgotten. */
export type PersonErased = Message<'PersonErased', { userId: string }>;

const { command, query } = operationsOf('identity');
const resource = { type: 'user', id: 'user_id' } as const;

/** Where a request came from, sealed under the key of the person who sent it. */
export const sealedOrigin = z.object({
  ip: z.string().exactOptional(),
  user_agent: z.string().exactOptional(),
});
export type SealedOrigin = z.infer<typeof sealedOrigin>;

export const ErasePerson = command('ErasePerson', {
  allow: ['admin', 'console'],
  person: true,
  data: z.strictObject({
    user_id: userId,
    name_confirmation: z
      .string()
      .max(NAME_CONFIRMED_LENGTH_MAX)
      .describe('The name of the user, to be sure; there is no way back'),
  }),
  result: z.null(),
  resource,
  // What was typed, right or wrong, is a name.
  secret: ['name_confirmation'],
});

const count = z.number().int();
export const ShowErasure = query('ShowErasure', {
  allow: ['admin', 'console'],
  person: true,
  data: z.strictObject({ user_id: userId }),
  result: z.object({
    user_id: userId,
    status: z.enum(['active', 'disabled', 'erased']),
    sealed: z
      .record(z.string(), count)
      .describe('Texts in the log that nobody can read afterwards, by field'),
    plain: z
      .record(z.string(), count)
      .describe('Texts from before there were keys: the log keeps them as they are, by field'),
    commits: count.describe('Commits of the log that were looked at'),
  }),
  resource,
  deadlineMs: SHOW_DEADLINE_MS,
});

/** Opens personal texts, each as it is to be shown: what can't be read any more says so. */
export const OpenPersonalTexts = query('OpenPersonalTexts', {
  allow: ['system'],
  data: z.strictObject({
    texts: z.array(z.string().max(TEXT_LENGTH_MAX)).max(TEXTS_OPENED_MAX),
  }),
  result: z.object({ texts: z.array(z.string()).describe('In the order in which they came') }),
  secret: ['texts'],
});

/** Seals where something came from for the person whom it is about. */
export const SealOrigin = query('SealOrigin', {
  allow: ['system'],
  data: z.strictObject({
    user_id: userId,
    ip: z.string().max(ORIGIN_LENGTH_MAX).exactOptional(),
    user_agent: z.string().max(ORIGIN_LENGTH_MAX).exactOptional(),
  }),
  result: sealedOrigin,
  secret: ['ip', 'user_agent'],
});

export const erasureOperations = [ErasePerson, ShowErasure, OpenPersonalTexts, SealOrigin] as const;
