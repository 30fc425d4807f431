import { z } from 'zod';
import { operationsOf } from '#shared/es/operation.js';
import { appId } from './catalog.js';
import { pageQuery } from './page.js';

export const AUDIT_OUTCOMES = ['done', 'refused'] as const;
export type AuditOutcome = (typeof AUDIT_OUTCOMES)[number];

const FILTER_LENGTH_MAX = 255;
export const ANALYTICS_DAYS_DEFAULT = 30;
export const ANALYTICS_DAYS_MAX = 366;

const filter = z.string().min(1).max(FILTER_LENGTH_MAX).optional();
const moment = z.iso.datetime({
  offset: true,
  error: 'must be a time like 2026-11-20T08:00:00Z',
});

/** One entry of the audit trail (S-56, P-18). What an entry has none of is the empty string. */
export const auditEntry = z.object({
  id: z.number().int().describe('Place in the trail, from 1'),
  timestamp: z.iso.datetime(),
  user: z.string().describe('Id of the person; `system` is Sortie itself'),
  action: z.string().describe('What was done or tried, e.g. CREATE_APP'),
  details: z
    .record(z.string(), z.unknown())
    .describe('`changes` has {from, to} of each field; a refused attempt has code and detail'),
  resource_type: z.string(),
  resource_id: z.string(),
  ip_address: z.string(),
  user_agent: z.string(),
  outcome: z.enum(AUDIT_OUTCOMES),
  sequence: z.number().int().describe('Place in the event log'),
});
export type AuditEntry = z.infer<typeof auditEntry>;

/** Which entries are wanted: those that match all that is given. */
export const auditQuery = z.strictObject({
  ...pageQuery,
  user: filter,
  action: filter,
  resource_type: filter,
  resource_id: filter,
  outcome: z.enum(AUDIT_OUTCOMES).optional(),
  since: moment.optional().describe('That moment and later'),
  until: moment.optional().describe('Before that moment'),
});
export type AuditQuery = z.infer<typeof auditQuery>;

/** How often apps were launched (S-58, S-59). */
export const analyticsView = z.object({
  total_launches: z.number().int().describe('Of all time'),
  apps: z.array(
    z.object({ app_id: appId, launches: z.number().int(), last_launched_at: z.iso.datetime() }),
  ),
  days: z
    .array(z.object({ day: z.iso.date(), launches: z.number().int() }))
    .describe('Days (UTC) with launches, oldest first'),
});
export type AnalyticsView = z.infer<typeof analyticsView>;

const { query } = operationsOf('audit');
const allow = ['admin', 'operator'] as const;

export const ListAudit = query('ListAudit', {
  allow,
  data: auditQuery,
  result: z.object({ entries: z.array(auditEntry), next_cursor: z.string().optional() }),
});
export const ShowAnalytics = query('ShowAnalytics', {
  allow,
  data: z.strictObject({
    days: z.coerce
      .number()
      .int()
      .min(1)
      .max(ANALYTICS_DAYS_MAX)
      .default(ANALYTICS_DAYS_DEFAULT)
      .describe('How many days back `days` goes, today included'),
  }),
  result: analyticsView,
});

/** All of them, for the tests that walk through every operation. @public */
export const auditOperations = [ListAudit, ShowAnalytics] as const;
