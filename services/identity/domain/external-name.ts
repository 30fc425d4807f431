const NAME_LENGTH_MAX = 64;
/** Room for what tells one of several apart. */
const STEM_LENGTH_MAX = 48;
const NAMELESS = 'person';
/** How many are tried, before one that nobody has. */
const NUMBERED_MAX = 5;

/**
 * User names for somebody who comes from a provider under a name of their choice, the best first; the last is nobody's
 * yet. Whoever has the name already is somebody else, whatever the provider says: the name grants nothing.
 */
export function namesFor(preferred: string | undefined, unique: string): readonly string[] {
  const [beforeAt = ''] = (preferred ?? '').split('@');
  const stem = beforeAt
    .normalize('NFKD')
    .replace(/[^A-Za-z0-9._-]+/g, '')
    .slice(0, STEM_LENGTH_MAX);
  const name = stem === '' ? NAMELESS : stem;
  const numbered = Array.from({ length: NUMBERED_MAX - 1 }, (_, n) => `${name}-${n + 2}`);
  return [name, ...numbered, `${name}-${unique}`.slice(0, NAME_LENGTH_MAX)];
}
