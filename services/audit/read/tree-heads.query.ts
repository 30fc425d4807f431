import type { Kysely } from 'kysely';
import { type TreeHead, headOf } from '#shared/contracts/tree-head.js';
import type { AuditTables } from './tables.js';

/** A head in the table is none that Sortie has written. */
export class HeadDamagedError extends Error {
  override readonly name = 'HeadDamagedError';
}

/** Tree heads in order, from the one after `after` on. Throws {@link HeadDamagedError}. */
export async function listTreeHeads(
  db: Kysely<AuditTables>,
  { after, limit }: { after: number; limit: number },
): Promise<TreeHead[]> {
  const rows = await db
    .selectFrom('tree_heads')
    .select(['number', 'head'])
    .where('number', '>', after)
    .orderBy('number')
    .limit(limit)
    .execute();
  return rows.map(whole);
}

/** The head that was signed last. Throws {@link HeadDamagedError}. */
export async function findNewestTreeHead(db: Kysely<AuditTables>): Promise<TreeHead | undefined> {
  const row = await db
    .selectFrom('tree_heads')
    .select(['number', 'head'])
    .orderBy('number', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row && whole(row);
}

function whole({ number, head: text }: { number: number; head: string }): TreeHead {
  const head = headOf(text);
  if (head?.number === number) return head;
  throw new HeadDamagedError(`Tree head #${number} in the database is damaged`);
}
