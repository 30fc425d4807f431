import { z } from 'zod';
import { operationsOf, PEOPLE } from '#shared/es/operation.js';
import { projectionStatus } from './projections.js';

const { query } = operationsOf('gateway');

/** What the gateway answers by asking several services, or by itself. */
export const ShowProjections = query('ShowProjections', {
  allow: ['operator', 'admin', 'console'],
  data: z.strictObject({}),
  result: z.object({
    head: z.number().int().describe('Sequence of the last commit in the log'),
    projections: z.array(projectionStatus),
  }),
});
export const ShowBranding = query('ShowBranding', {
  allow: ['anonymous', ...PEOPLE, 'console'],
  data: z.strictObject({}),
  result: z.object({
    logo_url: z.string(),
    primary_color: z.string(),
    secondary_color: z.string(),
    tenant_name: z.string(),
  }),
});
export const ShowMe = query('ShowMe', {
  allow: PEOPLE,
  area: null,
  beforePasswordChange: true,
  data: z.strictObject({}),
  result: z.null(),
});

/** All of them, for the tests that walk through every operation. @public */
export const gatewayOperations = [ShowProjections, ShowBranding, ShowMe] as const;
