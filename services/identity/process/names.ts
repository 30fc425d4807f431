import { createHash } from 'node:crypto';
import {
  findHolder,
  findKnown,
  findKnownByStream,
  type Known,
  nameKeyOf,
} from '../read/users.query.js';
import type { Identity } from '../tokens.js';

const PURPOSE = 'user names';

/** The user of that name, in any case, with the name as it can be read. */
export async function findByName(identity: Identity, name: string): Promise<Known | undefined> {
  const slot = await identity.keys.slotOf(PURPOSE, nameKeyOf(name));
  const streamIds = [...(slot === undefined ? [] : [slot]), formerStreamIdOf(name)];
  return identity.personal.opened(await findKnownByStream(identity.reader, streamIds));
}

/** The user of that id, with the name as it can be read. */
export async function findById(identity: Identity, id: string): Promise<Known | undefined> {
  return identity.personal.opened(await findKnown(identity.reader, id));
}

/**
 * The stream in which a name is claimed. Its id stands for the name without saying anything about it, and is forgotten
 * with the person. A name that was claimed before there were such ids goes on in its old stream.
 */
export async function streamIdOf({ keys, reader }: Identity, name: string): Promise<string> {
  const former = formerStreamIdOf(name);
  const isHeld = (await findHolder(reader, former)) !== undefined;
  return isHeld ? former : keys.makeSlot(PURPOSE, nameKeyOf(name));
}

const formerStreamIdOf = (name: string): string =>
  createHash('sha256').update(nameKeyOf(name)).digest('hex');
