import { Refusal } from './refusal.js';

/** A request's target, taken apart: what is sent on is made from these, never from the text that came. */
export type Target = Readonly<{
  /** `/v1.41` or nothing. */
  version: string;
  path: string;
  query: Readonly<Record<string, string>>;
}>;

const TARGET_LENGTH_MAX = 4_096;
const VERSION = /^\/v1\.(\d{1,3})(?=\/)/;
/** The oldest that the policy was written for: before 1.24 even a start took a container's whole configuration. */
const MINOR_MIN = 41;
/** Nothing here needs an escape, and what has none can be read in one way only. */
const PATH = /^(\/[A-Za-z0-9_][A-Za-z0-9_.:@-]*)+$/;

/** Reads a request's target. Throws {@link Refusal} for whatever two programs might read differently. */
export function targetIn(url: string): Target {
  if (url.length > TARGET_LENGTH_MAX) throw new Refusal('the address is too long.');
  const mark = url.indexOf('?');
  const whole = mark === -1 ? url : url.slice(0, mark);
  const version = VERSION.exec(whole);
  if (version && Number(version[1]) < MINOR_MIN) {
    throw new Refusal(`API version 1.${version[1]} is too old; 1.${MINOR_MIN} is the oldest.`);
  }
  const path = version ? whole.slice(version[0].length) : whole;
  if (!PATH.test(path) || path.includes('..')) {
    throw new Refusal(
      `${JSON.stringify(path)} is no plain path of the Docker API (escapes, empty parts and dots are not taken).`,
    );
  }
  const minor = version ? `/v1.${Number(version[1])}` : '';
  return { version: minor, path, query: queryIn(mark === -1 ? '' : url.slice(mark + 1)) };
}

function queryIn(text: string): Record<string, string> {
  if (text.includes(';')) throw new Refusal('the query has a ";".');
  const pairs = [...new URLSearchParams(text)];
  const query = Object.fromEntries(pairs);
  if (Object.keys(query).length < pairs.length)
    throw new Refusal('the query names something twice.');
  return query;
}
