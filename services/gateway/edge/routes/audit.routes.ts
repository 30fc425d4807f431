import { z } from 'zod';
import { analyticsView, auditEntry, ListAudit, ShowAnalytics } from '#shared/contracts/audit.js';
import { FindApp } from '#shared/contracts/catalog.js';
import { ListUserNames } from '#shared/contracts/identity.js';
import { type Answering, route } from '../route.js';

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
    answer: async ({ entries, ...rest }, answering) => {
      const names = await userNames(new Set(entries.map((entry) => entry.user)), answering);
      const withNames = entries.map((entry) => {
        const user_name = names[entry.user];
        return { ...entry, ...(user_name !== undefined && { user_name }) };
      });
      return { entries: withNames, ...rest };
    },
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
];

async function userNames(
  ids: ReadonlySet<string>,
  { bus, context }: Answering,
): Promise<Record<string, string>> {
  const reply = await bus.request(ListUserNames, { ids: [...ids] }, context);
  return reply.kind === 'done'
    ? Object.fromEntries(reply.result.users.map(({ id, name }) => [id, name]))
    : {};
}
