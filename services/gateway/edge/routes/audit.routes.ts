import { z } from 'zod';
import {
  analyticsView,
  auditEntry,
  BeginAuditExport,
  ListAudit,
  ListLeaves,
  ListMyTrail,
  ListTreeHeads,
  ProveConsistency,
  ProveInclusion,
  ShowAnalytics,
  ShowAuditKey,
  ShowAuditRetention,
  ShowAuditTimeline,
  ShowTreeHead,
  ShowTreePeaks,
} from '#shared/contracts/audit.js';
import { FindApp } from '#shared/contracts/catalog.js';
import { systemContext } from '#shared/es/system-context.js';
import type { AuditExports } from '../audit-exports.js';
import { EXPORT_TYPES } from '../export-text.js';
import { route, type Route } from '../route.js';
import { withUserNames } from '../user-names.js';

const tag = 'Audit';

const named = z.object({
  entries: z.array(
    auditEntry.extend({
      user_name: z.string().optional().describe('Name of the user, if one has it'),
    }),
  ),
  next_cursor: z.string().optional(),
});
const analyticsNamed = analyticsView.extend({
  apps: z.array(analyticsView.shape.apps.element.extend({ app_name: z.string().optional() })),
});

/** The trail and the launch statistics (S-59), with names put to ids. */
export const auditRoutes = [
  route({
    method: 'GET',
    path: '/api/audit',
    operation: ListAudit,
    summary: 'The audit trail, newest first: the last 100 unless you ask for more or other',
    tag,
    success: 200,
    body: named,
    answer: async ({ entries, ...rest }, answering) => ({
      entries: await withUserNames(entries, answering),
      ...rest,
    }),
  }),
  route({
    method: 'GET',
    path: '/api/audit/timeline',
    operation: ShowAuditTimeline,
    summary: 'How many entries match, hour by hour or day by day',
    tag,
    success: 200,
  }),
  route({
    method: 'GET',
    path: '/api/audit/retention',
    operation: ShowAuditRetention,
    summary:
      'How many entries would leave the trail now, and how many would stay; nothing leaves by it',
    tag,
    success: 200,
  }),
  route({
    method: 'GET',
    path: '/api/me/trail',
    operation: ListMyTrail,
    summary: 'What you did, and what was done to you and to what is yours, newest first',
    tag,
    success: 200,
    body: named,
    // Who did it is what everybody may know of what was done to them.
    answer: async ({ entries, ...rest }, { bus }) => ({
      entries: await withUserNames(entries, { bus, context: systemContext() }),
      ...rest,
    }),
  }),
  route({
    method: 'GET',
    path: '/api/analytics',
    operation: ShowAnalytics,
    summary: 'How often apps were launched, by app and by day',
    tag,
    success: 200,
    body: analyticsNamed,
    answer: async ({ apps, ...rest }, { bus, context }) => {
      const withNames = apps.map(async (app) => {
        const found = await bus.request(FindApp, { app_id: app.app_id }, context);
        return { ...app, ...(found.kind === 'done' && { app_name: found.result.name }) };
      });
      return { ...rest, apps: await Promise.all(withNames) };
    },
  }),
  route({
    method: 'GET',
    path: '/api/audit/tree-head',
    operation: ShowTreeHead,
    summary: 'The newest signed head of the Merkle tree over the log, and where copies of it are',
    tag,
    success: 200,
    problems: ['TreeHeadMissing'],
  }),
  route({
    method: 'GET',
    path: '/api/audit/tree-heads',
    operation: ListTreeHeads,
    summary: 'Signed tree heads, oldest first',
    tag,
    success: 200,
  }),
  route({
    method: 'GET',
    path: '/api/audit/public-key',
    operation: ShowAuditKey,
    summary: 'The key that tree heads are checked with; keep a copy where Sortie can not change it',
    tag,
    success: 200,
    problems: ['TreeHeadMissing'],
  }),
  route({
    method: 'GET',
    path: '/api/audit/proofs/inclusion',
    operation: ProveInclusion,
    summary: 'Proof that a commit is in the log that was signed (RFC 6962)',
    tag,
    success: 200,
    problems: ['NotInTree'],
  }),
  route({
    method: 'GET',
    path: '/api/audit/proofs/consistency',
    operation: ProveConsistency,
    summary: 'Proof that the log only grew from one size to another (RFC 6962)',
    tag,
    success: 200,
    problems: ['NotInTree'],
  }),
  route({
    method: 'GET',
    path: '/api/audit/proofs/peaks',
    operation: ShowTreePeaks,
    summary: 'What a tree of a size goes on from, to check the log from there on',
    tag,
    success: 200,
    problems: ['NotInTree'],
  }),
  route({
    method: 'GET',
    path: '/api/audit/leaves',
    operation: ListLeaves,
    summary: 'What the tree is over, place for place: the exact bytes that are hashed',
    tag,
    success: 200,
  }),
];

/** The trail as a file, in a stream that takes as long as its reader. */
export const auditExportRoute = (exports: AuditExports): Route =>
  route({
    method: 'GET',
    path: '/api/audit/export',
    operation: BeginAuditExport,
    summary:
      'The trail as a file, oldest first, up to the sequence in `sortie-as-of`; it is whole if the connection ends in order',
    tag,
    success: 200,
    produces: Object.values(EXPORT_TYPES),
    perform: exports.begin,
    answer: exports.send,
    problems: ['TooManyConnections', 'ExportOutrun'],
  });
