import { z } from 'zod';
import type { AttemptRefused } from '#shared/es/attempt-refused.js';
import { eventTypes, type Message } from '#shared/es/decider.js';
import { operationsOf, PEOPLE } from '#shared/es/operation.js';
import { appId } from './catalog.js';
import { pageQuery } from './page.js';
import { SEARCH_LENGTH_MAX, wordsOf } from './search-words.js';
import { sha256Digits, treeHead } from './tree-head.js';

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
export const auditFilters = z.strictObject({
  q: z
    .string()
    .max(SEARCH_LENGTH_MAX)
    .refine((text) => wordsOf(text).length > 0, 'has no word to search for')
    .optional()
    .describe('Words that an entry must have, all of them; of the last its beginning will do'),
  user: filter,
  action: filter,
  resource_type: filter,
  resource_id: filter,
  outcome: z.enum(AUDIT_OUTCOMES).optional(),
  since: moment.optional().describe('That moment and later'),
  until: moment.optional().describe('Before that moment'),
});
export type AuditFilters = z.infer<typeof auditFilters>;
export const auditQuery = auditFilters.extend(pageQuery);
export type AuditQuery = z.infer<typeof auditQuery>;

export const TIMELINE_BUCKETS = ['hour', 'day'] as const;
export type TimelineBucket = (typeof TIMELINE_BUCKETS)[number];
export const TIMELINE_BUCKETS_MAX = 750;

/** How many entries there were in each hour or day. */
export const timelineView = z.object({
  bucket: z.enum(TIMELINE_BUCKETS),
  since: z.iso.datetime(),
  until: z.iso.datetime(),
  buckets: z
    .array(
      z.object({
        start: z.iso.datetime().describe('UTC'),
        entries: z.number().int(),
        refused: z.number().int().describe('How many of them were refused'),
      }),
    )
    .describe('Those with entries, oldest first'),
});
export type TimelineView = z.infer<typeof timelineView>;

export const EXPORT_FORMATS = ['csv', 'ndjson'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** Somebody took entries out of the trail. */
export type AuditExported = Message<
  'AuditExported',
  { format: ExportFormat; filters: Readonly<Record<string, string>>; through: number }
>;
/** Entries up to a sequence left the trail that can be searched; the log keeps them. */
export type RetentionApplied = Message<
  'RetentionApplied',
  { days: number; before: string; through: number; entries: number }
>;
export type AuditEvent = AuditExported | RetentionApplied | AttemptRefused;

export const AUDIT_EVENTS = eventTypes<AuditEvent>({
  AuditExported: true,
  RetentionApplied: true,
  AttemptRefused: true,
});

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
const allow = ['auditor', 'admin', 'console'] as const;

export const ListAudit = query('ListAudit', {
  past: true,
  allow,
  data: auditQuery,
  result: z.object({ entries: z.array(auditEntry), next_cursor: z.string().optional() }),
});
export const ShowAuditTimeline = query('ShowAuditTimeline', {
  allow,
  data: auditFilters.extend({
    bucket: z
      .enum(TIMELINE_BUCKETS)
      .default('day')
      .describe(`At most ${TIMELINE_BUCKETS_MAX} of them from \`since\` to \`until\``),
  }),
  result: timelineView,
});
export const ListMyTrail = query('ListMyTrail', {
  allow: PEOPLE,
  data: z.strictObject(pageQuery),
  result: z.object({ entries: z.array(auditEntry), next_cursor: z.string().optional() }),
});

/** It changes nothing that anybody decides on: a query, though the log tells who took what out. */
export const BeginAuditExport = query('BeginAuditExport', {
  allow,
  data: auditFilters.extend({ format: z.enum(EXPORT_FORMATS).default('csv') }),
  result: z.object({
    through: z.number().int().describe('Sequence of the last commit that it tells of'),
    after: z.number().int().describe('It goes on after the entry with this id'),
  }),
});
/** One stretch of an export, oldest first. It ends where a page holds no more bytes, and at the sequence that was fixed at the start. */
export const ReadAuditExport = query('ReadAuditExport', {
  allow,
  data: auditFilters.extend({ after: z.number().int().min(0), through: z.number().int().min(0) }),
  result: z.object({
    entries: z.array(auditEntry),
    after: z
      .number()
      .int()
      .describe('Where the next stretch goes on; nothing is missing before it'),
    isLast: z.boolean(),
  }),
});

export const RETENTION_DAYS_MAX = 36_500;
export const ShowAuditRetention = query('ShowAuditRetention', {
  allow,
  data: z.strictObject({
    days: z.coerce
      .number()
      .int()
      .min(1)
      .max(RETENTION_DAYS_MAX)
      .optional()
      .describe('As if it were set so; what is set when absent'),
  }),
  result: z.object({
    days: z.number().int().nullable().describe('Null: entries stay for ever'),
    before: z.iso.datetime().nullable().describe('What is older leaves'),
    leaving: z.number().int().describe('Entries that would leave now'),
    staying: z.number().int(),
    oldest: z.iso.datetime().nullable().describe('Time of the oldest entry'),
  }),
});
export const ShowAnalytics = query('ShowAnalytics', {
  allow: ['operator', ...allow],
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

const place = z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER);
const proof = z
  .array(sha256Digits)
  .describe('Hashes from the leaves up, as RFC 6962 has them in sections 2.1.1 and 2.1.2');
export const TREE_PAGE_MAX = 1_000;
const treePage = z.strictObject({
  after: z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER).default(0),
  limit: z.coerce.number().int().min(1).max(TREE_PAGE_MAX).default(TREE_PAGE_MAX),
});

/** What stands in a copy of the tree heads. */
export const headCopy = z.object({
  place: z.string().describe('A file, where syslog is, or a bucket'),
  number: z.number().int().describe('The newest head that it was handed'),
  error: z.string().nullable().describe('Why it could not be handed the next'),
});
export type HeadCopy = z.infer<typeof headCopy>;

export const ShowTreeHead = query('ShowTreeHead', {
  allow,
  data: z.strictObject({}),
  result: z.object({
    head: treeHead,
    copies: z.array(headCopy),
    trouble: z
      .string()
      .nullable()
      .describe('In what the log differs from its signed heads; nothing is signed then'),
  }),
});
export const ListTreeHeads = query('ListTreeHeads', {
  allow,
  data: treePage,
  result: z.object({ heads: z.array(treeHead) }),
});
export const ShowAuditKey = query('ShowAuditKey', {
  allow,
  data: z.strictObject({}),
  result: z.object({
    key: sha256Digits.describe('SHA-256 of the public key (DER, SPKI), which heads name it by'),
    algorithm: z.literal('Ed25519'),
    public_key: z.string().describe('PEM'),
  }),
});
export const ProveInclusion = query('ProveInclusion', {
  allow,
  data: z.strictObject({
    sequence: place.describe('Place in the event log'),
    size: place.optional().describe('Size of the tree; that of the newest signed head if absent'),
  }),
  result: z.object({
    sequence: z.number().int(),
    size: z.number().int(),
    root: sha256Digits,
    leaf: z.string().describe('The bytes whose leaf hash is proved: the commit, as JSON'),
    proof,
  }),
});
export const ProveConsistency = query('ProveConsistency', {
  allow,
  data: z.strictObject({ from: place, to: place }),
  result: z.object({
    from: z.number().int(),
    to: z.number().int(),
    from_root: sha256Digits,
    to_root: sha256Digits,
    proof,
  }),
});
export const ShowTreePeaks = query('ShowTreePeaks', {
  allow,
  data: z.strictObject({ size: place }),
  result: z.object({
    size: z.number().int(),
    peaks: z.array(sha256Digits).describe('Roots of the whole subtrees, the largest first'),
  }),
});
export const ListLeaves = query('ListLeaves', {
  allow,
  data: treePage,
  result: z.object({
    leaves: z.array(z.string()).describe('One a place of the log, in order; none at its end'),
    through: z.number().int().describe('The sequence of the last'),
  }),
});

/** All of them, for the tests that walk through every operation. @public */
export const auditOperations = [
  ...[ListAudit, ShowAnalytics, ShowAuditTimeline, ListMyTrail],
  ...[BeginAuditExport, ReadAuditExport, ShowAuditRetention],
  ...[ShowTreeHead, ListTreeHeads, ShowAuditKey],
  ...[ProveInclusion, ProveConsistency, ShowTreePeaks, ListLeaves],
] as const;
