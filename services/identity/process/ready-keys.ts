import { isPersonal } from '#shared/es/personal.js';
import { listPeople } from '../read/users.query.js';
import type { Identity } from '../tokens.js';
import { finishErasures } from './erase-person.js';

/** The keys of people are not the ones that belong to the log; the message says what to do. */
export class PersonKeysError extends Error {
  override readonly name = 'PersonKeysError';
}

/**
 * Makes the keys what the log says: nobody who was erased has one, and everybody from before there were keys gets one.
 * Without the keys of all others nobody could sign in; the start is the time to say so. Errors: {@link PersonKeysError}.
 */
export async function readyKeys(identity: Identity): Promise<void> {
  await finishErasures(identity);
  const people = (await listPeople(identity.database.primary)).filter(
    ({ status }) => status !== 'erased',
  );
  const held = await identity.keys.holders(people.map(({ id }) => id));
  const without = people.filter(({ id }) => !held.has(id));
  const lost = without.filter(({ name }) => isPersonal(name));
  if (lost.length > 0 && held.size === 0) {
    throw new PersonKeysError(
      `The keys of all ${lost.length} users are missing, and nothing about them can be read without: put person.keys back into the data folder from a backup (with PostgreSQL: the schema sortie_person).`,
    );
  }
  for (const { id, name } of without) if (!isPersonal(name)) await identity.keys.make(id);
}
