// Goal: whatever is done to an export of the trail is found, with where it is.
// Method: exports of a running server, one of all and two of a part, changed in every way of a table and at random bytes;
// checked by the code of the command, and some by the command itself.
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { merkleHashing } from '#shared/adapters/merkle-hashing.js';
import { entryLine } from '#shared/contracts/audit-bundle.js';
import { headText } from '#shared/contracts/tree-head.js';
import { verifyBundle } from '#services/cli/audit-verify.js';
import { openAuditor, runSortie } from '#test/support/trail-export.js';

let auditor: Awaited<ReturnType<typeof openAuditor>>;
beforeAll(async () => {
  auditor = await openAuditor();
});
afterAll(() => auditor?.close());

const linesOf = (path: string): string[] => readFileSync(path, 'utf8').split('\n').slice(0, -1);
const isEntry = (line: string): boolean => line.startsWith('{"hash"');
const isHead = (line: string): boolean => line.startsWith('{"head"');

/** What is said of a bundle; undefined when it is whole. */
async function wrongWith(
  text: string | Buffer,
  options: { heads?: string; publicKey?: string } = {},
) {
  const path = auditor.inFolder('changed');
  writeFileSync(path, text);
  const checked = verifyBundle(path, { publicKey: auditor.key, ...options });
  return checked.then(
    () => undefined,
    (error: Error & { line?: number }) => `${error.name} ${error.line ?? '-'}: ${error.message}`,
  );
}

/** Changes of a bundle's lines, and what is said of each. */
const CHANGES: readonly (readonly [
  what: string,
  change: (lines: string[]) => string[],
  said: RegExp,
])[] = [
  [
    'one entry says another thing',
    (l) => edit(l, inRun(l), (t) => t.replace('"actor":"', '"actor":"x')),
    /^TamperedError \d+: sequence \d+ was changed/,
  ],
  [
    'one entry says another thing, with its hash',
    (l) => edit(l, inRun(l), rehashed),
    /^TamperedError \d+: something from sequence \d+ to \d+ is not what tree head #\d+/,
  ],
  [
    'two entries swapped',
    (l) => swap(l, inRun(l), inRun(l) + 1),
    /^TamperedError \d+: here must be sequence \d+, and \d+ is/,
  ],
  [
    'one entry removed in the middle',
    (l) => l.toSpliced(inRun(l), 1),
    /^TamperedError \d+: here must be sequence \d+, and \d+ is/,
  ],
  [
    'one entry put in',
    (l) => l.toSpliced(inRun(l), 0, l[inRun(l)] ?? ''),
    /^TamperedError \d+: here must be sequence \d+, and \d+ is/,
  ],
  [
    'a tail cut after a head',
    (l) => l.slice(0, l.findIndex(isHead) + 1),
    /the tail was cut: it ends at sequence \d+, and goes to \d+/,
  ],
  [
    'a tail cut after a head, with an end made for it',
    cutWithEnd,
    /TamperedError -: .*(tail was cut|no head is over)/,
  ],
  ['the last line cut', (l) => l.slice(0, -1), /the line that ends it is missing/],
  [
    'entries cut before a head',
    (l) => l.toSpliced(l.findLastIndex(isEntry), 1),
    /sequences \d+ to \d+ were removed: tree head #\d+ is over them/,
  ],
  [
    'a head left out in the middle',
    (l) => l.toSpliced(l.findLastIndex(isHead) > l.findIndex(isHead) ? nth(l, 1) : 0, 1),
    /does not follow|one was removed/,
  ],
  [
    'a head with another size',
    (l) =>
      edit(l, l.findIndex(isHead), (t) =>
        t.replace(/"size":(\d+)/, (_, n) => `"size":${Number(n) + 1}`),
      ),
    /signature is not good/,
  ],
  [
    'a head with another time',
    (l) => edit(l, l.findIndex(isHead), (t) => t.replace('"time":"2', '"time":"3')),
    /signature is not good/,
  ],
  ['two heads swapped', (l) => swap(l, nth(l, 0), nth(l, 1)), /TamperedError/],
  [
    'another log in the header',
    (l) => edit(l, 0, (t) => t.replace(/"log":"./, '"log":"_')),
    /is of another log/,
  ],
  [
    'another key in the header',
    (l) => edit(l, 0, (t) => t.replace(/"key":"[0-9a-f]{4}/, '"key":"0000')),
    /key that its header names/,
  ],
  [
    'a later beginning in the header',
    (l) => edit(l, 0, (t) => t.replace('"from":1', '"from":2')),
    /has not 0 peaks/,
  ],
  ['no header', (l) => l.slice(1), /header must be the first line/],
  ['two headers', (l) => [l[0] ?? '', ...l], /header must be the first line/],
  ['something behind the end', (l) => [...l, l[1] ?? ''], /behind the end/],
  ['nothing in it', () => [], /it is empty/],
];

/** An entry with entries right behind it. */
const inRun = (lines: string[]): number =>
  lines.findIndex((_, i) => [0, 1, 2].every((n) => isEntry(lines[i + n] ?? '')));
const edit = (lines: string[], at: number, how: (line: string) => string): string[] =>
  lines.with(at, how(lines[at] ?? ''));
const swap = (lines: string[], a: number, b: number): string[] =>
  lines.with(a, lines[b] ?? '').with(b, lines[a] ?? '');
/** Where the head is that has so many before it. */
const nth = (lines: string[], count: number): number =>
  lines.flatMap((line, i) => (isHead(line) ? [i] : []))[count] ?? 0;
function rehashed(line: string): string {
  const leaf = line.slice(line.indexOf('"entry":') + 8, -1).replace('"actor":"', '"actor":"x');
  const hash = Buffer.from(merkleHashing.leaf(Buffer.from(leaf))).toString('hex');
  return entryLine(hash, leaf);
}
function cutWithEnd(lines: string[]): string[] {
  const left = lines.slice(0, nth(lines, 0) + 1);
  const entries = left.filter(isEntry).length;
  return [...left, `{"end":{"heads":1,"entries":${entries}}}`];
}

describe('a change', () => {
  it.each(CHANGES)('of an export is found: %s', async (_, change, said) => {
    const text = change(linesOf(auditor.whole)).map((line) => `${line}\n`);
    expect(await wrongWith(text.join(''))).toMatch(said);
  });

  it('is told with its line and its sequence', async () => {
    const lines = linesOf(auditor.whole);
    const [at, behind] = [inRun(lines), lines.slice(0, inRun(lines)).filter(isEntry).length];
    const changed = edit(lines, at, (text) => text.replace('"actor":"', '"actor":"x'));
    expect(await wrongWith(`${changed.join('\n')}\n`)).toBe(
      `TamperedError ${at + 1}: sequence ${behind + 1} was changed: it does not have its own hash`,
    );
  });

  it.each([
    ['the hash of a proof', /"hashes":\["[0-9a-f]{4}/, '"hashes":["0000'],
    ['where a proof begins', /"proof":\{"from":(\d)/, '"proof":{"from":9$1'],
    ['a peak', /"peaks":\["[0-9a-f]{4}/, '"peaks":["0000'],
    ['its end', /"to":(\d+),"key"/, '"to":1$1,"key"'],
  ])('of a part is found: %s', async (_, from, to) => {
    const text = readFileSync(auditor.part, 'utf8');
    expect(text.replace(from, to)).not.toBe(text);
    expect(await wrongWith(text.replace(from, to))).toMatch(/^TamperedError/);
  });

  it('of any byte, to any other, is found', async () => {
    const path = fc.constantFrom(auditor.whole, auditor.part, auditor.late);
    const property = fc.asyncProperty(
      path,
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      async (from, at, by) => {
        const bytes = readFileSync(from);
        const place = at % bytes.length;
        bytes[place] = (bytes[place] ?? 0) ^ by;
        expect(await wrongWith(bytes), `byte ${place} ^ ${by}`).toMatch(/^TamperedError/);
      },
    );
    await fc.assert(property, { numRuns: 400 });
  });

  it('of any length, in or out, is found', async () => {
    const path = fc.constantFrom(auditor.whole, auditor.part, auditor.late);
    const property = fc.asyncProperty(
      path,
      fc.nat(),
      fc.nat({ max: 3_000 }),
      fc.boolean(),
      async (from, at, length, isCut) => {
        const bytes = readFileSync(from);
        const place = at % bytes.length;
        const behind = bytes.subarray(isCut ? place + 1 + length : place);
        const more = isCut ? Buffer.of() : bytes.subarray(place, place + 1 + length);
        const changed = Buffer.concat([bytes.subarray(0, place), more, behind]);
        // A byte before one of its own kind.
        fc.pre(!changed.equals(bytes));
        expect(await wrongWith(changed)).toMatch(/^TamperedError/);
      },
    );
    await fc.assert(property, { numRuns: 200 });
  });

  it('of the key is found: heads that another has signed', async () => {
    const { publicKey } = generateKeyPairSync('ed25519');
    const other = auditor.inFolder('other.pem');
    writeFileSync(other, publicKey.export({ type: 'spki', format: 'pem' }));
    expect(await wrongWith(readFileSync(auditor.whole), { publicKey: other })).toMatch(
      /signed with another key/,
    );
    const { code, stderr } = await runSortie([
      'audit',
      'verify',
      auditor.whole,
      '--public-key',
      other,
    ]);
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/^NOT WHOLE: .*, line \d+: tree head #1/),
    ]);
    // Both may stand in one file: keys change.
    const both = auditor.inFolder('both.pem');
    writeFileSync(both, readFileSync(other, 'utf8') + readFileSync(auditor.key, 'utf8'));
    expect(await wrongWith(readFileSync(auditor.whole), { publicKey: both })).toBeUndefined();
  });

  it.each([
    [
      'more heads than the export has',
      (lines: string[]) => [...lines, lines.at(-1)?.replace(/"number":\d+/, '"number":99') ?? ''],
      /signature of tree head #99 is not good/,
    ],
    [
      'two of a number',
      (lines: string[]) => [...lines, lines.at(-1)?.replace(/"size":\d+/, '"size":1') ?? ''],
      /two different tree heads/,
    ],
    ['none', () => ['nothing'], /has no tree head/],
  ])('of the heads that were kept is found: %s', async (_, change, said) => {
    const path = auditor.inFolder('kept');
    writeFileSync(path, change(readFileSync(auditor.kept, 'utf8').trim().split('\n')).join('\n'));
    expect(await wrongWith(readFileSync(auditor.whole), { heads: path })).toMatch(said);
  });

  it('is none when syslog has put something before each head', async () => {
    const path = auditor.inFolder('syslog');
    const lines = auditor.stage.heads().map((head) => `Nov 21 host sortie[7]: ${headText(head)}\n`);
    writeFileSync(path, `other things\n${lines.join('')}`);
    expect(await wrongWith(readFileSync(auditor.whole), { heads: path })).toBeUndefined();
  });
});
