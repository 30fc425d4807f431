// Goal: the tree over the log is signed again and again, each head holds on to the one before it, and copies of them
// survive the database.
// Method: a real log and database, started again and again.
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  readFileSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { merkleHashing } from '#shared/adapters/merkle-hashing.js';
import { headText } from '#shared/contracts/tree-head.js';
import { leafText } from '#shared/es/commit-leaf.js';
import { headCheckerOf, openAuditKey } from '#services/audit/adapters/audit-key.js';
import { StoredTree } from '#services/audit/read/tree.query.js';
import { readAll } from '#test/support/commits.js';
import { reference } from '#test/support/merkle-reference.js';
import { NEVER, openSignedTrail, SOON } from '#test/support/signed-trail.js';
import { until } from '#test/support/waits.js';

let trail: Awaited<ReturnType<typeof openSignedTrail>>;
beforeEach(async () => {
  trail = await openSignedTrail();
});
afterEach(() => trail.remove());

const hex = (hash: Uint8Array): string => Buffer.from(hash).toString('hex');
describe('tree heads', () => {
  it('are signed over the whole log, each with the hash of the one before it', async () => {
    const { append, signed, log } = await trail.start();
    for (const size of [3, 20, 21]) {
      await append(size - (await log.head()));
      await signed(size);
    }
    const leaves = (await readAll(log)).map((commit) => Buffer.from(leafText(commit)));
    const checker = headCheckerOf(openAuditKey({ path: join(trail.place.folder, 'audit.key') }));
    const heads = trail.heads();
    expect(heads.at(-1)).toMatchObject({ size: 21, log: log.id });
    let previous = '0'.repeat(64);
    for (const [i, head] of heads.entries()) {
      expect(head.number).toBe(i + 1);
      expect(head.root).toBe(hex(reference.root(leaves.slice(0, head.size))));
      expect(head.previous).toBe(previous);
      expect(checker(head)).toBe('good');
      expect(checker({ ...head, size: head.size + 1 })).toBe('bad');
      previous = createHash('sha256').update(headText(head)).digest('hex');
    }
  });

  it('come after so many commits, or so long, and not while nothing happens', async () => {
    const { append, signed, stop } = await trail.start({ every: { commits: 10, ms: 86_400_000 } });
    await append(1);
    await signed(1);
    await append(9);
    await append(1);
    expect((await signed(11)).number).toBe(2);
    await stop();
    const { append: more, signed: later } = await trail.start({ every: SOON });
    await more(1);
    const { number } = await later(12);
    await new Promise((resolve) => setTimeout(resolve, 10 * SOON.ms));
    expect(trail.heads().at(-1)?.number).toBe(number);
  });

  it('are signed with a key that only its owner can read, made once', async () => {
    const path = join(trail.place.folder, 'audit.key');
    await (await trail.start()).stop();
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const made = readFileSync(path, 'utf8');
    await (await trail.start()).stop();
    expect(readFileSync(path, 'utf8')).toBe(made);
    chmodSync(path, 0o640);
    await expect(trail.start()).rejects.toThrow(`run chmod 600 ${path}`);
    chmodSync(path, 0o600);
    writeFileSync(path, '');
    await expect(trail.start()).rejects.toThrow('delete the file and start again');
    writeFileSync(path, 'nonsense');
    await expect(trail.start()).rejects.toThrow('openssl genpkey -algorithm ed25519');
  });

  it('are copied to files, all of them, also those that a file could not take at first', async () => {
    const path = join(trail.place.folder, 'elsewhere/heads.ndjson');
    const headsTo = [{ kind: 'file', path }] as const;
    const { append, signed, notary, told } = await trail.start({ headsTo });
    await append(2);
    await signed(2);
    await until('an error of the copy', () => notary.copies.find(({ error }) => error));
    expect(told.map(({ message }) => message).join()).toContain(`can't be copied to ${path}`);
    mkdirSync(join(trail.place.folder, 'elsewhere'));
    await append(1);
    await signed(3);
    await until('the copy', () => trail.heads(path).length === trail.heads().length);
    expect(trail.heads(path)).toEqual(trail.heads());
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('survive the database, which is made from the log, and a line that was cut short', async () => {
    const first = await trail.start();
    await first.append(5);
    await first.signed(5);
    await first.stop();
    await trail.place.forget('audit');
    const last = trail.heads().at(-1);
    appendFileSync(trail.headsPath, '{"number":2,"si');
    const second = await trail.start();
    await second.append(1);
    const { number, previous } = await second.signed(6);
    expect(number).toBe((last?.number ?? 0) + 1);
    expect(previous).toBe(
      createHash('sha256')
        .update(headText(last as never))
        .digest('hex'),
    );
    expect(second.notary.trouble).toBeUndefined();
  });

  it('go on where the copies are gone', async () => {
    const first = await trail.start();
    await first.append(5);
    await first.signed(5);
    await first.stop();
    const before = trail.heads();
    unlinkSync(trail.headsPath);
    const second = await trail.start();
    await second.append(1);
    const last = await second.signed(6);
    expect(trail.heads()).toEqual([...before, last]);
  });
});

describe('the tree in the database', () => {
  it('is the same after a rebuild, and proves what it had proved', async () => {
    const { append, service } = await trail.start({ every: NEVER });
    await append(300);
    const { primary } = service.database;
    const before = await StoredTree.read(primary, merkleHashing);
    const proofs = [await before.inclusion(76, 300), await before.consistency(17, 299)];
    const report = await service.projector.rebuild('audit.audit_tree');
    expect(report?.hashAfter).toBe(report?.hashBefore);
    const after = await StoredTree.read(primary, merkleHashing);
    expect([await after.inclusion(76, 300), await after.consistency(17, 299)]).toEqual(proofs);
  });

  it('that misses a row says so, and can be rebuilt', async () => {
    const { append, service } = await trail.start({ every: NEVER });
    await append(40);
    await trail.place.sql('audit', "DELETE FROM audit_tree WHERE id = '0/1'");
    const tree = await StoredTree.read(service.database.primary, merkleHashing);
    await expect(tree.inclusion(17, 40)).rejects.toThrow('sortie projections rebuild');
    await service.projector.rebuild('audit.audit_tree');
    await expect(tree.inclusion(17, 40)).resolves.toBeDefined();
  });
});
