import { expect, it } from 'vitest';
import { hasVersion, imageReference } from './image-reference.js';

const DIGEST = `sha256:${'a1'.repeat(32)}`;

it.each([
  ['debian', false],
  ['debian:trixie-slim', true],
  ['sortie/display', false],
  ['localhost:5000/sortie/display', false],
  ['registry.example:5000/a/b_c/d-e:1.0_x', true],
  [`ghcr.io/a/b@${DIGEST}`, true],
  [`a:1@${DIGEST}`, true],
  [DIGEST, true],
])('%s is an image, and says which version: %j', (reference, versioned) => {
  expect(imageReference.safeParse(reference).success).toBe(true);
  expect(hasVersion(reference)).toBe(versioned);
});

it.each([
  ...['', '-', '/', '..', '../x', 'a/..', 'a//b', '/a', 'a/', 'a:', 'a:b:c', 'a@b', 'a b', 'a?b'],
  ...['http://x/y', 'a:5000/', ':5000/a', 'x:99999999/a', 'a%2fb', 'a\n', 'a\0', `a@${DIGEST}@x`],
  ...['a'.repeat(600), 'sha256:zz/json', 'a#b', 'ä'],
])('%j is no image', (reference) => {
  expect(imageReference.safeParse(reference).success).toBe(false);
});
