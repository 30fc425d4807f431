import { LRUCache } from 'lru-cache';
import { keyedHash, seal, unseal, UnsealError, type SealingKey } from '#shared/adapters/seal.js';
import { PEOPLE, type RequestContext, type Role } from '#shared/es/operation.js';
import {
  ERASED_NAME,
  ERASED_TEXT,
  isPersonal,
  personalParts,
  type PersonalParts,
  personalText,
  personalTextsIn,
  UNREADABLE_TEXT,
  withTexts,
} from '#shared/es/personal.js';
import type { PersonKeys } from './person-keys.js';

const CACHED_TEXTS_MAX = 20_000;
const CACHED_TEXT_MS_MAX = 60_000;
const ARE_PEOPLE: ReadonlySet<Role> = new Set<Role>(PEOPLE);

/** Field of a person's own name. */
export const USER_NAME = 'user_name';

type Parts = Readonly<{
  keys: PersonKeys;
  /** Those of these people who were erased. */
  erasedAmong: (people: readonly string[]) => Promise<ReadonlySet<string>>;
  now: () => Date;
}>;

/** Seals texts about people under their own keys, and opens them for as long as there is a key. */
export class PersonalTexts {
  readonly #parts: Parts;
  readonly #opened = new LRUCache<string, string>({
    max: CACHED_TEXTS_MAX,
    ttl: CACHED_TEXT_MS_MAX,
  });
  /** Grows with everything that is dropped: what was read before that must not be kept after it. */
  #drops = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Seals a text about a person who has a key; undefined for one who has none, or none any more. */
  async seal(person: string, field: string, text: string): Promise<string | undefined> {
    const key = (await this.#parts.keys.find([person])).get(person);
    return key && sealed(key, { person, field }, text);
  }

  /** The same for somebody who is about to be registered, whose key is made. */
  async sealNew(person: string, field: string, text: string): Promise<string> {
    return sealed(await this.#parts.keys.make(person), { person, field }, text);
  }

  /**
   * A copy of plain data in which every personal text can be read, or says why it can't. A text that only looks like
   * one stays as it is. Errors: StoreUnavailableError.
   */
  async opened<T>(value: T): Promise<T> {
    const sealed = personalTextsIn(value).flatMap((text) => {
      const parts = personalParts(text);
      return parts ? [{ text, ...parts }] : [];
    });
    if (sealed.length === 0) return value;
    const shown = new Map<string, string>();
    const unknown = sealed.filter(({ text }) => {
      const known = this.#opened.get(text);
      if (known !== undefined) shown.set(text, known);
      return known === undefined;
    });
    for (const [text, readable] of await this.#open(unknown)) shown.set(text, readable);
    return withTexts(value, shown);
  }

  /** What is to be shown of each; what could be read is kept for the next who asks. */
  async #open(all: readonly (PersonalParts & { text: string })[]): Promise<Map<string, string>> {
    const drops = this.#drops;
    const people = [...new Set(all.map(({ person }) => person))];
    const keys = await this.#parts.keys.find(people);
    const erased = await this.#parts.erasedAmong(people.filter((person) => !keys.has(person)));
    const shown = new Map<string, string>();
    for (const { text, ...parts } of all) {
      const key = keys.get(parts.person);
      const readable = key && unsealed(key, parts);
      if (readable !== undefined && this.#drops === drops) this.#opened.set(text, readable);
      shown.set(text, readable ?? (key ? text : standIn(parts, erased)));
    }
    return shown;
  }

  /**
   * The context with address and program sealed under the key of the person whom they are about: the one who asks,
   * or the one named. A stranger's are sealed under a key of the month, so that no address is ever in the log as it is.
   */
  async originOf(context: RequestContext, about?: string | null): Promise<RequestContext> {
    const { ip, userAgent, ...rest } = context;
    if (!isPlain(ip) && !isPlain(userAgent)) return context;
    const { actor } = context;
    const person = about ?? (ARE_PEOPLE.has(actor.role) ? actor.id : undefined);
    const key = person
      ? (await this.#parts.keys.find([person])).get(person)
      : await this.#parts.keys.make(this.#stranger());
    // Who has no key was erased this moment: nothing is kept of where that was.
    if (!key) return rest;
    const whose = person ?? this.#stranger();
    const kept = (field: string, text: string | undefined) =>
      isPlain(text) ? sealed(key, { person: whose, field }, text) : text;
    const address = kept('ip', ip);
    const program = kept('user_agent', userAgent);
    return { ...rest, ...(address && { ip: address }), ...(program && { userAgent: program }) };
  }

  /**
   * A hash that only the holder of the keys can compute: with a person's key, so that nobody can any more once that is
   * forgotten. Undefined for a person without a key.
   */
  async hash(person: string, text: string): Promise<string | undefined> {
    const key = (await this.#parts.keys.find([person])).get(person);
    return key && keyedHash(key, 'names tried', text);
  }

  /** Forgets what was read of a person's texts. */
  drop(person: string): void {
    this.#drops += 1;
    this.#parts.keys.drop(person);
    this.#opened.clear();
  }

  #stranger = (): string => `nobody-${this.#parts.now().toISOString().slice(0, 7)}`;
}

const isPlain = (text: string | undefined): text is string =>
  text !== undefined && text !== '' && !isPersonal(text);

const sealed = (key: SealingKey, { person, field }: Omit<PersonalParts, 'sealed'>, text: string) =>
  personalText({ person, field, sealed: seal(key, placeOf({ person, field }), text) });

/** Undefined for what that key did not seal. */
function unsealed(key: SealingKey, parts: PersonalParts): string | undefined {
  try {
    return unseal(key, placeOf(parts), parts.sealed);
  } catch (error) {
    if (error instanceof UnsealError) return undefined;
    throw error;
  }
}

const placeOf = ({ person, field }: Omit<PersonalParts, 'sealed'>) => ['person', person, field];

function standIn({ person, field }: PersonalParts, erased: ReadonlySet<string>): string {
  if (!erased.has(person)) return UNREADABLE_TEXT;
  return field === USER_NAME ? ERASED_NAME : ERASED_TEXT;
}
