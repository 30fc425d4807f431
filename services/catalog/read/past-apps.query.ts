import type { QueryCreator } from 'kysely';
import type { AppView } from '#shared/contracts/catalog.js';
import type { Actor } from '#shared/es/operation.js';
import { findApp, listApps, SEES_EVERYTHING, visibleAmong } from './applications.query.js';
import type { CatalogTables } from './tables.js';

type Db = QueryCreator<CatalogTables>;

/** The tables as they are, and as they were then; the same where now is asked for. */
export type NowAndThen = Readonly<{ now: Db; then: Db }>;

/**
 * The app as it was then. Whoever may not see every app has to be one who could see it then and may now: the past shows
 * nobody what was taken from them since, nor what was not theirs yet.
 */
export async function findAppThen(
  { now, then }: NowAndThen,
  actor: Actor,
  id: string,
): Promise<{ app: AppView; version: number } | undefined> {
  const found = await findApp(then, actor, id);
  if (!found || now === then || SEES_EVERYTHING.has(actor.role)) return found;
  return (await findApp(now, actor, id)) && found;
}

/**
 * One page of the apps as they were then, by the same rule. For whoever does not see every app it is a page of those
 * that may be seen now, less those that could not be then: it may be short, or empty, with another one after it.
 */
export async function listAppsThen(
  { now, then }: NowAndThen,
  actor: Actor,
  page: { limit: number; cursor?: string | undefined },
): Promise<{ apps: AppView[]; next_cursor?: string }> {
  if (now === then || SEES_EVERYTHING.has(actor.role)) return listApps(then, actor, page);
  const { apps, ...rest } = await listApps(now, actor, page);
  const ids = apps.map(({ id }) => id);
  return { apps: await visibleAmong(then, actor, ids), ...rest };
}
