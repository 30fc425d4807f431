import { z } from 'zod';
import { operationsOf } from '#shared/es/operation.js';

export const projectionStatus = z.object({
  name: z.string().describe('<service>.<table>'),
  checkpoint: z.number().int().describe('Sequence up to which the log is in its rows'),
  lag: z.number().int().describe('Commits behind the head of the log'),
  status: z.enum(['live', 'stopped']),
  error: z.string().nullable().describe('The event that it can not apply, and why'),
});
export const stateHash = z.object({
  name: z.string(),
  sequence: z.number().int(),
  hash: z.string().describe('SHA-256 over all rows in key order'),
});
export const rebuildReport = z.object({
  name: z.string(),
  sequence: z.number().int(),
  events: z.number().int(),
  durationMs: z.number(),
  hashBefore: z.string(),
  hashAfter: z.string(),
});

export const projectionName = z
  .string()
  .regex(/^[a-z]+\.[a-z_]+$/, 'is no projection; they are called <service>.<table>');
const allow = ['operator', 'admin', 'console'] as const;
/** Whichever service's they are: whoever looks after them looks after all. */
const area = 'operations';
/** A read model of ten million events is read, or filled, from end to end. */
const WHOLE_TABLE_DEADLINE_MS = 10 * 60_000;

/** What every service can be asked about its own read models. */
export const projectionOperations = (service: string) => {
  const { command, query } = operationsOf(service);
  const named = z.strictObject({ name: projectionName });
  const resource = { type: 'projection', id: 'name' } as const;
  return {
    ListProjections: query('ListProjections', {
      allow,
      area,
      data: z.strictObject({}),
      result: z.array(projectionStatus),
    }),
    HashProjection: query('HashProjection', {
      allow,
      area,
      data: named,
      result: stateHash,
      resource,
      deadlineMs: WHOLE_TABLE_DEADLINE_MS,
    }),
    RebuildProjection: command('RebuildProjection', {
      allow,
      area,
      deadlineMs: WHOLE_TABLE_DEADLINE_MS,
      data: named,
      result: rebuildReport,
      resource,
    }),
  };
};
