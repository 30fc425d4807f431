import { expect, it } from 'vitest';
import { storableText } from './storable-text.js';

it.each([
  ['plain', 'plain'],
  ['ä\u{1f600}"\\\n\u0001', 'ä\u{1f600}"\\\n\u0001'],
  ['a\0b\0', 'a\ufffdb\ufffd'],
  ['\ud83d', '\ufffd'],
  ['\ude00\ud83dx\u{1f600}', '\ufffd\ufffdx\u{1f600}'],
])('%j is kept as %j', (text, kept) => {
  expect(storableText(text)).toBe(kept);
});
