import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Kysely } from 'kysely';
import { LRUCache } from 'lru-cache';
import {
  keyedHash,
  seal,
  SEALING_KEY_BYTES,
  type SealingKey,
  sealingKeyOf,
  unseal,
} from '#shared/adapters/seal.js';
import type { OpenDatabase, ServiceDatabase } from '#shared/adapters/service-database.js';

const SLOT_BYTES = 16;
const CACHED_KEYS_MAX = 10_000;
/** Another replica's erasure is heard of through the log; this is for one that is cut off from it. */
const CACHED_KEY_MS_MAX = 60_000;
/** One statement takes so many parameters in every database. */
const ASKED_AT_ONCE_MAX = 500;

type Tables = {
  person_keys: { person: string; sealed_key: string };
  slots: { text_hash: string; slot: string };
};

const placeOf = (person: string) => ['person', person, 'key'];

/**
 * The key of each person, and the slots that stand for what could be guessed. They are in a database of their own that
 * no log can bring back and no rebuild touches; a key that was forgotten is nowhere any more.
 */
export class PersonKeys {
  readonly #database: ServiceDatabase<Tables>;
  readonly #sealingKey: SealingKey;
  readonly #cached = new LRUCache<string, SealingKey>({
    max: CACHED_KEYS_MAX,
    ttl: CACHED_KEY_MS_MAX,
  });
  /** Grows with everything that is dropped: what was read before that must not be kept after it. */
  #drops = 0;
  /** Who was erased since the start: a key that is about to be deleted is none any more. */
  readonly #gone = new Set<string>();

  private constructor(database: ServiceDatabase<Tables>, sealingKey: SealingKey) {
    this.#database = database;
    this.#sealingKey = sealingKey;
  }

  /** Errors: DatabaseUnavailableError. */
  static async open(openDatabase: OpenDatabase, sealingKey: SealingKey): Promise<PersonKeys> {
    const migrations = join(import.meta.dirname, '../migrations/person-keys');
    return new PersonKeys(await openDatabase<Tables>('person', migrations, 'lasting'), sealingKey);
  }

  /** The person's key, which is made and on disk if there was none. Errors: StoreUnavailableError, UnsealError. */
  async make(person: string): Promise<SealingKey> {
    const known = (await this.find([person])).get(person);
    if (known) return known;
    const made = randomBytes(SEALING_KEY_BYTES).toString('base64');
    const sealed_key = seal(this.#sealingKey, placeOf(person), made);
    // Another replica may be making it at the same time; one of the two is everybody's.
    await this.#db
      .insertInto('person_keys')
      .values({ person, sealed_key })
      .onConflict((oc) => oc.column('person').doNothing())
      .execute();
    const kept = (await this.find([person])).get(person);
    if (!kept) throw new Error(`The key of ${person} was forgotten while it was made.`);
    return kept;
  }

  /** The keys of those who have one. Errors: StoreUnavailableError, UnsealError when the sealing key is another. */
  async find(people: readonly string[]): Promise<ReadonlyMap<string, SealingKey>> {
    const drops = this.#drops;
    const found = new Map<string, SealingKey>();
    const missing: string[] = [];
    for (const person of people) {
      const key = this.#cached.get(person);
      if (key) found.set(person, key);
      else if (!this.#gone.has(person)) missing.push(person);
    }
    for (let from = 0; from < missing.length; from += ASKED_AT_ONCE_MAX) {
      const asked = missing.slice(from, from + ASKED_AT_ONCE_MAX);
      const query = this.#db.selectFrom('person_keys').selectAll().where('person', 'in', asked);
      for (const { person, sealed_key } of await query.execute()) {
        const bytes = Buffer.from(unseal(this.#sealingKey, placeOf(person), sealed_key), 'base64');
        const key = sealingKeyOf(bytes);
        if (this.#gone.has(person)) continue;
        if (this.#drops === drops) this.#cached.set(person, key);
        found.set(person, key);
      }
    }
    return found;
  }

  /** Which of these people have a key. */
  async holders(people: readonly string[]): Promise<ReadonlySet<string>> {
    const held = new Set<string>();
    for (let from = 0; from < people.length; from += ASKED_AT_ONCE_MAX) {
      const asked = people.slice(from, from + ASKED_AT_ONCE_MAX);
      const query = this.#db
        .selectFrom('person_keys')
        .select('person')
        .where('person', 'in', asked);
      for (const { person } of await query.execute()) held.add(person);
    }
    return held;
  }

  /** What stands for a text, if anything does; `purpose` keeps names apart from what else there is. */
  async slotOf(purpose: string, text: string): Promise<string | undefined> {
    const query = this.#db.selectFrom('slots').select('slot');
    const row = await query.where('text_hash', '=', this.#hashOf(purpose, text)).executeTakeFirst();
    return row?.slot;
  }

  /** What stands for a text from now on: 32 random digits, the same for everybody who asks. Errors: StoreUnavailableError. */
  async makeSlot(purpose: string, text: string): Promise<string> {
    const text_hash = this.#hashOf(purpose, text);
    await this.#db
      .insertInto('slots')
      .values({ text_hash, slot: randomBytes(SLOT_BYTES).toString('hex') })
      .onConflict((oc) => oc.column('text_hash').doNothing())
      .execute();
    const query = this.#db.selectFrom('slots').select('slot').where('text_hash', '=', text_hash);
    return (await query.executeTakeFirstOrThrow()).slot;
  }

  /**
   * Forgets people's keys and what stood for their texts: for good, once it resolves, as far as this database goes.
   * What was forgotten before is swept up again. Errors: StoreUnavailableError.
   */
  async forget(people: readonly string[], slots: readonly string[]): Promise<void> {
    for (const person of people) this.drop(person);
    await this.#db.transaction().execute(async (db) => {
      for (const person of people) {
        await db.deleteFrom('person_keys').where('person', '=', person).execute();
      }
      for (const slot of slots) await db.deleteFrom('slots').where('slot', '=', slot).execute();
    });
    await this.#database.scrub(['person_keys', 'slots']);
  }

  /** Has a key never be used again; it is about to be forgotten, here or elsewhere. */
  drop(person: string): void {
    this.#drops += 1;
    this.#gone.add(person);
    this.#cached.delete(person);
  }

  close(): Promise<void> {
    return this.#database.close();
  }

  get #db(): Kysely<Tables> {
    return this.#database.primary;
  }

  #hashOf = (purpose: string, text: string): string =>
    keyedHash(this.#sealingKey, `slots of ${purpose}`, text);
}
