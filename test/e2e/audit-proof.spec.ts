// Goal: an export of the trail can be checked with nothing but the public key; proofs over REST are good for what was
// signed; and a log that was changed is told at the start and by whoever checks an export.
// Method: the built server and the built command; then the log's own file is changed, and the server started on it again.
import { copyFileSync, readFileSync, rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { merkleHashing } from '#shared/adapters/merkle-hashing.js';
import { verifyConsistency, verifyInclusion } from '#shared/es/merkle-proof.js';
import { administrator } from '#test/support/people.js';
import type { Sortie } from '#test/support/sortie.js';
import { tamperWithLog } from '#test/support/tampered-log.js';
import { openAuditor, runSortie } from '#test/support/trail-export.js';
import { until } from '#test/support/waits.js';

let auditor: Awaited<ReturnType<typeof openAuditor>>;
let stage: typeof auditor.stage;
let sortie: Sortie;

beforeAll(async () => {
  auditor = await openAuditor();
  ({ stage, sortie } = auditor);
});
afterAll(() => auditor?.close());

const linesOf = (path: string): string[] => readFileSync(path, 'utf8').split('\n').slice(0, -1);
const isEntry = (line: string): boolean => line.startsWith('{"hash"');

describe('an export', () => {
  it('is whole, with heads kept elsewhere and without', async () => {
    for (const path of [auditor.whole, auditor.part, auditor.late]) {
      const { code, stdout } = await runSortie([
        'audit',
        'verify',
        path,
        '--public-key',
        auditor.key,
      ]);
      expect([code, stdout]).toEqual([0, expect.stringContaining('are as they were signed')]);
      const before = stage.heads().length;
      const compared = await runSortie([
        'audit',
        'verify',
        path,
        '--public-key',
        auditor.key,
        '--heads',
        auditor.kept,
        '--json',
      ]);
      expect(compared.code, compared.stderr).toBe(0);
      // One more may be signed at any time, for whoever signed in meanwhile.
      const { heads } = JSON.parse(compared.stdout) as { heads: number };
      expect(heads).toBeGreaterThanOrEqual(before);
      expect(heads).toBeLessThanOrEqual(stage.heads().length);
    }
  });

  it('has what is asked for, and not what nobody signed', async () => {
    const { from, to } = JSON.parse(linesOf(auditor.part)[0] ?? '');
    expect(linesOf(auditor.part).filter(isEntry)).toHaveLength(to - from + 1);
    expect(
      linesOf(auditor.part).filter((line) => line.startsWith('{"proof"')).length,
    ).toBeGreaterThan(1);
    const past = await stage.run('audit', 'export', '-o', auditor.inFolder('x'), '--to', '100000');
    expect([past.code, past.stderr]).toEqual([1, expect.stringContaining('Nothing is signed')]);
    const again = await stage.run('audit', 'export', '-o', auditor.whole);
    expect([again.code, again.stderr]).toEqual([1, expect.stringContaining('is there already')]);
  });

  it.each([
    [['audit', 'verify'], /missing required argument|required option/],
    [['audit', 'verify', 'x'], /required option/],
    [['audit', 'verify', '/nowhere', '--public-key', 'KEY'], /\/nowhere can't be used/],
    [['audit', 'verify', 'WHOLE', '--public-key', '/nowhere'], /\/nowhere can't be used/],
    [['audit', 'verify', 'WHOLE', '--public-key', 'WHOLE'], /no public key/],
    [['audit', 'verify', 'WHOLE', '--public-key', 'KEY', '--heads', '/nowhere'], /\/nowhere can't/],
    [['audit', 'verify', 'WHOLE', '--public-key', 'KEY', '--nonsense'], /unknown option/],
  ])('that can not be checked is told with another exit code: %j', async (args, said) => {
    const files: Record<string, string> = { KEY: auditor.key, WHOLE: auditor.whole };
    const given = args.map((arg) => files[arg] ?? arg);
    const { code, stderr } = await runSortie(given);
    expect([code, stderr]).toEqual([2, expect.stringMatching(said)]);
  });
});

describe('over REST', () => {
  it('a proof of each place is good for the root that was signed', async () => {
    const admin = await administrator(sortie);
    const { head, copies, trouble } = (await admin.get('/api/audit/tree-head')).body;
    expect([trouble, copies.length]).toEqual([null, 2]);
    const root = Buffer.from(head.root, 'hex');
    for (let sequence = 1; sequence <= head.size; sequence += 1) {
      const path = `/api/audit/proofs/inclusion?sequence=${sequence}&size=${head.size}`;
      const { body } = await admin.get(path);
      expect(JSON.parse(body.leaf).sequence).toBe(sequence);
      const proof = body.proof.map((digits: string) => Buffer.from(digits, 'hex'));
      const leaf = merkleHashing.leaf(Buffer.from(body.leaf));
      const claim = { index: sequence - 1, size: head.size, leaf, proof, root };
      expect(verifyInclusion(merkleHashing, claim)).toBe(true);
    }
  });

  it('heads are shown to go on from each other', async () => {
    const admin = await administrator(sortie);
    const { heads } = (await admin.get('/api/audit/tree-heads')).body;
    const [first, last] = [heads[0], heads.at(-1)];
    const { body } = await admin.get(
      `/api/audit/proofs/consistency?from=${first.size}&to=${last.size}`,
    );
    expect([body.from_root, body.to_root]).toEqual([first.root, last.root]);
    const proof = body.proof.map((digits: string) => Buffer.from(digits, 'hex'));
    const at = ({ size, root }: { size: number; root: string }) => ({
      size,
      root: Buffer.from(root, 'hex'),
    });
    expect(verifyConsistency(merkleHashing, { earlier: at(first), later: at(last), proof })).toBe(
      true,
    );
  });

  it.each([
    ['proofs/inclusion?sequence=100000', 404],
    ['proofs/inclusion?sequence=5&size=4', 404],
    ['proofs/inclusion', 400],
    ['proofs/inclusion?sequence=0', 400],
    ['proofs/consistency?from=1&to=100000', 404],
    ['proofs/consistency?from=3&to=2', 400],
    ['proofs/peaks?size=100000', 404],
    ['leaves?after=-1', 400],
  ])('%s is refused', async (path, status) => {
    expect((await (await administrator(sortie)).get(`/api/audit/${path}`)).status).toBe(status);
  });

  it('what is past the end is empty', async () => {
    const { body } = await (await administrator(sortie)).get('/api/audit/leaves?after=100000');
    expect(body).toEqual({ leaves: [], through: 100_000 });
  });
});

describe('a log that was changed', () => {
  const COMMIT = `SELECT max(sequence) FROM commits WHERE events LIKE '%"App 0"%'`;
  it('is told at the start, by readyz and by an export; reads go on', async () => {
    await sortie.end();
    tamperWithLog(
      stage.inFolder('sortie.db'),
      `UPDATE commits SET events = replace(events, 'App 0', 'Ape 0') WHERE sequence = (${COMMIT})`,
    );
    sortie = await stage.start({ SORTIE_AUDIT_HEADS_TO: `file:${auditor.kept}` });
    const admin = await administrator(sortie);
    const ready = await until('the whole log has been read', async () => {
      const answer = await admin.get('/readyz');
      return answer.status === 503 ? answer : undefined;
    });
    expect(ready.body.checks).toMatchObject({ log: 'ok', audit: 'ok' });
    expect(ready.body.checks.trail).toMatch(
      /the log is not the one that was signed: sequence \d+ was changed/,
    );
    const { output } = sortie;
    await until('it is printed', () => output().includes('THE AUDIT TRAIL IS NOT WHAT WAS SIGNED'));
    expect((await admin.get('/api/apps')).status).toBe(200);
    expect((await admin.get('/api/audit')).status).toBe(200);
    expect((await admin.get('/api/audit/tree-head')).body.trouble).toMatch(/was changed/);
    const after = auditor.inFolder('after');
    expect((await stage.run('audit', 'export', '-o', after)).code).toBe(0);
    const { code, stderr } = await runSortie([
      'audit',
      'verify',
      after,
      '--public-key',
      auditor.key,
    ]);
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/something from sequence \d+ to \d+ is not what tree head #\d+/),
    ]);
  });

  it('and signed anew by who has the key, with everything on the host made for it, is told by the heads kept elsewhere', async () => {
    await sortie.end();
    for (const name of ['audit.db', 'audit.db-wal', 'audit.db-shm', 'tree-heads.ndjson']) {
      rmSync(stage.inFolder(name), { force: true });
    }
    copyFileSync(auditor.kept, auditor.inFolder('kept-elsewhere'));
    sortie = await stage.start();
    await stage.signed();
    expect((await (await administrator(sortie)).get('/readyz')).body.checks.trail).toBe('ok');
    const output = auditor.inFolder('rewritten');
    expect((await stage.run('audit', 'export', '-o', output)).code).toBe(0);
    const args = ['audit', 'verify', output, '--public-key', auditor.key];
    // This is all that the auditor.key alone can tell.
    expect((await runSortie(args)).code).toBe(0);
    const { code, stderr } = await runSortie([
      ...args,
      '--heads',
      auditor.inFolder('kept-elsewhere'),
    ]);
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining('history was rewritten: tree head #1'),
    ]);
  });

  it('and cut is told at the start', async () => {
    await stage.work('d', 3);
    await sortie.end();
    tamperWithLog(stage.inFolder('sortie.db'), `DELETE FROM commits WHERE sequence > (${COMMIT})`);
    sortie = await stage.start();
    const { body } = await (await administrator(sortie)).get('/readyz');
    expect(body.checks.trail).toMatch(/the log is behind its last signed head/);
    const output = auditor.inFolder('cut');
    expect((await stage.run('audit', 'export', '-o', output)).code).toBe(0);
    const { code, stderr } = await runSortie([
      'audit',
      'verify',
      output,
      '--public-key',
      auditor.key,
    ]);
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/were removed: tree head #\d+ is over them/),
    ]);
  });

  it('and cut by restoring a backup is gone on with; the heads of before stay on record', async () => {
    const last = String(stage.heads().at(-1)?.number);
    await sortie.end();
    sortie = await stage.start({ SORTIE_AUDIT_ACCEPT_HEAD: last });
    await stage.work('e', 1);
    expect((await (await administrator(sortie)).get('/readyz')).body.checks.trail).toBe('ok');
    const [since, all] = [auditor.inFolder('since'), auditor.inFolder('all')];
    const verify = (path: string) =>
      runSortie(['audit', 'verify', path, '--public-key', auditor.key]);
    expect((await stage.run('audit', 'export', '-o', since, '--after-head', last)).code).toBe(0);
    expect(await verify(since)).toMatchObject({ code: 0, stderr: '' });
    expect((await stage.run('audit', 'export', '-o', all)).code).toBe(0);
    const { code, stderr } = await verify(all);
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/removed|cut or rewritten|is not what/),
    ]);
  });
});
