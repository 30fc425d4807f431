const REPLACEMENT = '\ufffd';
/** NUL, and half of a surrogate pair: with the flag u, whole pairs are no match. */
const UNSTORABLE = /[\0\ud800-\udfff]/gu;

/**
 * Text as every database can keep it: PostgreSQL takes no NUL, and neither takes half a surrogate pair as it is. Keys
 * and rows go through here before they reach a store, so that the same events make the same rows everywhere.
 */
export const storableText = (text: string): string => text.replace(UNSTORABLE, REPLACEMENT);
