import type { Row, SqlValue } from './read-model.js';

const REPLACEMENT = '\ufffd';
/** NUL, and half of a surrogate pair: with the flag u, whole pairs are no match. */
const UNSTORABLE = /[\0\ud800-\udfff]/gu;

/**
 * Text as every database can keep it: PostgreSQL takes no NUL, and neither takes half a surrogate pair as it is. Keys
 * and rows go through here before they reach a store, so that the same events make the same rows everywhere.
 */
export const storableText = (text: string): string => text.replace(UNSTORABLE, REPLACEMENT);

/** A row whose text every database can keep. */
export function storableRow(row: Row | undefined): Row | undefined {
  for (const column in row) {
    const value = row[column];
    // Hardly ever is there one that has to be copied.
    if (typeof value === 'string' && storableText(value) !== value) {
      return Object.fromEntries(Object.entries(row).map(([name, v]) => [name, storableValue(v)]));
    }
  }
  return row;
}

const storableValue = (value: SqlValue): SqlValue =>
  typeof value === 'string' ? storableText(value) : value;
