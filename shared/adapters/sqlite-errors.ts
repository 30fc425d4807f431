import { StoreUnavailableError } from '#shared/es/read-model-store.js';

/** What a full disk, a busy file or a missing permission looks like; anything else is a mistake in a row or a query. */
const UNAVAILABLE = /^SQLITE_(FULL|BUSY|LOCKED|IOERR|READONLY|CANTOPEN|NOMEM)/;

/** Turns what passes into a StoreUnavailableError and leaves the rest as it is. */
export function sqliteError(cause: unknown): unknown {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  if (!UNAVAILABLE.test(code)) return cause;
  const why = (cause as Error).message;
  return new StoreUnavailableError(`The read models can't be used: ${why} (${code}).`, { cause });
}
