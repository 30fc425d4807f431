import type { Kysely } from 'kysely';
import type { AnalyticsView } from '#shared/contracts/audit.js';
import type { AuditTables } from './tables.js';

const DAY_MS = 86_400_000;

/** How often each app was launched, most often first, and the launches of each of the last `days` days (UTC). */
export async function showAnalytics(
  db: Kysely<AuditTables>,
  { days, now }: Readonly<{ days: number; now: Date }>,
): Promise<AnalyticsView> {
  const apps = await db
    .selectFrom('launch_days')
    .select(({ fn }) => [
      'app_id',
      fn.sum<number>('launches').as('launches'),
      fn.max('last_launched_at').as('last_launched_at'),
    ])
    .groupBy('app_id')
    .orderBy('launches', 'desc')
    .orderBy('app_id')
    .execute();
  const [firstDay = ''] = new Date(now.getTime() - (days - 1) * DAY_MS).toISOString().split('T');
  const launchesByDay = await db
    .selectFrom('launch_days')
    .select(({ fn }) => ['day', fn.sum<number>('launches').as('launches')])
    .where('day', '>=', firstDay)
    .groupBy('day')
    .orderBy('day')
    .execute();
  const total = apps.reduce((sum, { launches }) => sum + launches, 0);
  return { total_launches: total, apps, days: launchesByDay };
}
