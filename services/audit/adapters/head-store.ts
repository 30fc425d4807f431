import type { Kysely } from 'kysely';
import { headText, type TreeHead } from '#shared/contracts/tree-head.js';
import type { AuditTables } from '../read/tables.js';
import { findNewestTreeHead, listTreeHeads } from '../read/tree-heads.query.js';

/** Port to where the audit service keeps its tree heads, for all of its replicas. */
export type HeadStore = Readonly<{
  newest: () => Promise<TreeHead | undefined>;
  /** Those after a number, in order, some of them. */
  after: (number: number) => Promise<TreeHead[]>;
  /** False when there is a head with its number already: another replica was quicker. */
  add: (head: TreeHead) => Promise<boolean>;
}>;

const PAGE = 500;

/** Keeps tree heads in the service's database. */
export const headStoreIn = (db: Kysely<AuditTables>): HeadStore => ({
  newest: () => findNewestTreeHead(db),
  after: (number) => listTreeHeads(db, { after: number, limit: PAGE }),
  async add(head) {
    const { numInsertedOrUpdatedRows } = await db
      .insertInto('tree_heads')
      .values({ number: head.number, size: head.size, head: headText(head) })
      .onConflict((oc) => oc.column('number').doNothing())
      .executeTakeFirst();
    return numInsertedOrUpdatedRows === 1n;
  },
});
