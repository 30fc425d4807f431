/** The times that both databases can hold, and that sort as text as they do as times. */
const FIRST = '0001-01-01T00:00:00.000Z';
const LAST = '9999-12-31T23:59:59.999Z';

/** A moment as rows have it: UTC with milliseconds. One outside of what a row can have is the nearest that it can. */
export function rowTimeOf(moment: string): string {
  const ms = Date.parse(moment);
  return new Date(Math.min(Math.max(ms, Date.parse(FIRST)), Date.parse(LAST))).toISOString();
}

/** Says whether a text could be a row's time: a cursor may hold anything. */
export function isRowTime(text: string): boolean {
  const ms = Date.parse(text);
  return !Number.isNaN(ms) && rowTimeOf(text) === text;
}
