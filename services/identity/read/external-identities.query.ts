import type { Kysely } from 'kysely';
import type { IdentityTables } from './tables.js';

/** Whose external identity that is. */
export async function findLinkedUser(
  db: Kysely<IdentityTables>,
  linkId: string,
): Promise<string | undefined> {
  const query = db.selectFrom('external_identities').select('user_id').where('id', '=', linkId);
  return (await query.executeTakeFirst())?.user_id;
}
