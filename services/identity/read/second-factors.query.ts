import type { Kysely } from 'kysely';
import type { SecondFactorRow } from './second-factors.js';
import type { IdentityTables } from './tables.js';

/** The second factor of a user, confirmed or begun. */
export const findSecondFactor = (
  db: Kysely<IdentityTables>,
  userId: string,
): Promise<SecondFactorRow | undefined> =>
  db.selectFrom('second_factors').selectAll().where('user_id', '=', userId).executeTakeFirst();
