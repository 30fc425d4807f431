/**
 * A text about a person as the log keeps it: `personal.<person>.<field>.<sealed>`, sealed under a key of that person's
 * own, which only the identity service has. Once the key is forgotten, nobody can read it any more. Logs from before
 * have such texts as they were, so whoever reads one takes both.
 */
const PERSONAL = /^personal\.([A-Za-z0-9_-]{1,64})\.([a-z][a-z0-9_]{0,31})\.([A-Za-z0-9._-]+)$/;

/** What stands in the place of a person's name once the person is erased. */
export const ERASED_NAME = 'erased person';
/** What stands in the place of anything else that was about an erased person. */
export const ERASED_TEXT = 'erased';
/** What stands there when the key is missing though the person was not erased. */
export const UNREADABLE_TEXT = 'unreadable';

/** A personal text, taken apart: whose it is, which field, and what is sealed. */
export type PersonalParts = Readonly<{ person: string; field: string; sealed: string }>;

/** Puts a sealed text together with whose it is and which field. */
export const personalText = ({ person, field, sealed }: PersonalParts): string =>
  `personal.${person}.${field}.${sealed}`;

/** Takes a personal text apart; undefined for any other text. */
export function personalParts(text: string): PersonalParts | undefined {
  const [, person, field, sealed] = PERSONAL.exec(text) ?? [];
  return person && field && sealed ? { person, field, sealed } : undefined;
}

/** Says whether a text is sealed under a person's key. */
export const isPersonal = (text: string): boolean => PERSONAL.test(text);

/** Every personal text anywhere in a value that is plain data, each once. */
export function personalTextsIn(value: unknown): readonly string[] {
  const found = new Set<string>();
  mapped(value, (text) => (found.add(text), text));
  return [...found];
}

/** A copy of plain data with each personal text in it replaced by what `texts` says of it. */
export const withTexts = <T>(value: T, texts: ReadonlyMap<string, string>): T =>
  mapped(value, (text) => texts.get(text) ?? text) as T;

function mapped(value: unknown, replace: (text: string) => string): unknown {
  if (typeof value === 'string') return isPersonal(value) ? replace(value) : value;
  if (Array.isArray(value)) return value.map((item: unknown) => mapped(item, replace));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, item]) => [name, mapped(item, replace)]);
  return Object.fromEntries(entries) as unknown;
}
