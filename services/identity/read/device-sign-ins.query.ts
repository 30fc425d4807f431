import type { Kysely } from 'kysely';
import type { DeviceSignInRow } from './device-sign-ins.js';
import type { IdentityTables } from './tables.js';

const DROPPED_AT_ONCE_MAX = 50;

type Db = Kysely<IdentityTables>;

/** The program that waits with that code at `at`. */
export const findWaitingDevice = (
  db: Db,
  userCodeHash: string,
  at: string,
): Promise<DeviceSignInRow | undefined> =>
  db
    .selectFrom('device_sign_ins')
    .selectAll()
    .where('user_code_hash', '=', userCodeHash)
    .where('expires_at', '>', at)
    .executeTakeFirst();

/** How many programs wait at `at`. */
export async function countWaitingDevices(db: Db, at: string): Promise<number> {
  const query = db.selectFrom('device_sign_ins').where('expires_at', '>', at);
  const { count } = await query
    .select((eb) => eb.fn.countAll().as('count'))
    .executeTakeFirstOrThrow();
  return Number(count);
}

/** Programs whose time was over at `at`, the oldest first; the next time finds what is over the limit. */
export async function listExpiredDevices(db: Db, at: string): Promise<string[]> {
  const query = db.selectFrom('device_sign_ins').select('id').where('expires_at', '<=', at);
  const rows = await query.orderBy('expires_at').limit(DROPPED_AT_ONCE_MAX).execute();
  return rows.map((row) => row.id);
}
