// Goal: a log that is not what was signed, and heads that are not ours, are found at the start, named, and never signed
// over; everything else goes on.
// Method: a real log and database; between two starts the files are changed as somebody who owns the machine can.
import { generateKeyPairSync } from 'node:crypto';
import { appendFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { headText } from '#shared/contracts/tree-head.js';
import { openSignedTrail, SOON } from '#test/support/signed-trail.js';
import { until } from '#test/support/waits.js';

let trail: Awaited<ReturnType<typeof openSignedTrail>>;
beforeEach(async () => {
  trail = await openSignedTrail();
});
afterEach(() => trail.remove());

const newKey = () => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const pem = { privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
  return { ...pem, publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString() };
};

/** What can be done to the log's file, and what is said of it at the next start. */
const CHANGES: readonly (readonly [what: string, sql: string, said: RegExp])[] = [
  [
    'a flipped bit',
    "UPDATE commits SET events = replace(events, 'admin-1', 'admin-0') WHERE sequence = 7",
    /sequence 7 was changed/,
  ],
  [
    'another command id',
    "UPDATE commits SET command_id = 'x' WHERE sequence = 30",
    /sequence 30 was changed/,
  ],
  [
    'two swapped',
    'UPDATE commits SET sequence = 1000 WHERE sequence = 3; UPDATE commits SET sequence = 3 WHERE sequence = 4; UPDATE commits SET sequence = 4 WHERE sequence = 1000',
    /sequence 3 was changed/,
  ],
  ['one removed', 'DELETE FROM commits WHERE sequence = 12', /sequence 12 was changed/],
  [
    'one removed and the others moved up',
    'DELETE FROM commits WHERE sequence = 12; UPDATE commits SET sequence = sequence - 1 WHERE sequence > 12',
    /behind its last signed head: it ends at 39, and tree head #\d+,.* is over 40/,
  ],
  [
    'one put in',
    "UPDATE commits SET sequence = -sequence - 1 WHERE sequence > 20; UPDATE commits SET sequence = -sequence WHERE sequence < 0; INSERT INTO commits SELECT 21, stream, 'y', events FROM commits WHERE sequence = 20",
    /sequence 21 was changed/,
  ],
  [
    'the tail cut',
    'DELETE FROM commits WHERE sequence > 35',
    /behind its last signed head: it ends at 35/,
  ],
  ['all of it gone', 'DELETE FROM commits', /behind its last signed head: it ends at 0/],
];

describe('a log that is not what was signed', () => {
  /** Forty commits, signed at ten, at forty, and here and there in between. */
  async function signForty(): Promise<void> {
    const { append, signed, stop } = await trail.start();
    for (const size of [10, 40]) {
      await append(size === 10 ? 10 : 30);
      await signed(size);
    }
    await stop();
  }

  it.each(CHANGES)('is found: %s', async (_, sql, said) => {
    await signForty();
    trail.tamper(sql);
    const { notary, told, append, service } = await trail.start();
    expect(notary.trouble).toMatch(said);
    expect(told.filter(({ level }) => level === 'error').map(({ message }) => message)).toEqual([
      expect.stringContaining('THE AUDIT TRAIL IS NOT WHAT WAS SIGNED'),
    ]);
    const before = trail.heads();
    await append(3);
    await new Promise((resolve) => setTimeout(resolve, 5 * SOON.ms));
    // Nothing is signed any more, and everything else goes on.
    expect(trail.heads()).toEqual(before);
    const status = await service.projector.status();
    expect(status.find(({ name }) => name === 'audit.audit_tree')?.status).toBe('live');
  });

  it('is found when the tree was built from it, between which heads', async () => {
    await signForty();
    trail.tamper("UPDATE commits SET command_id = 'x' WHERE sequence = 30");
    await trail.place.forget('audit');
    const { notary } = await trail.start();
    expect(notary.trouble).toMatch(/something from sequence \d+ to \d+ differs from tree head #/);
  });

  it('is found when another took its place', async () => {
    await signForty();
    unlinkSync(trail.logPath);
    const { notary, append } = await trail.start();
    expect(notary.trouble).toMatch(/behind its last signed head: it ends at 0/);
    await append(1);
  });

  it('with places that nobody can have left out stops the tree before them', async () => {
    await signForty();
    trail.tamper('UPDATE commits SET sequence = 5000000 WHERE sequence = 40');
    const { notary, service } = await trail.start();
    const status = await service.projector.status();
    expect(status.find(({ name }) => name === 'audit.audit_tree')).toMatchObject({
      status: 'stopped',
      error: expect.stringMatching(/at sequence 5000000: the places from 41 on are missing/),
    });
    expect(notary.trouble).toBeDefined();
  });

  it('is gone on with where somebody says that a backup was restored, and told apart for ever', async () => {
    await signForty();
    trail.tamper('DELETE FROM commits WHERE sequence > 35');
    const number = trail.heads().at(-1)?.number ?? 0;
    const { notary, stop } = await trail.start({ acceptHead: number });
    expect(notary.trouble).toBeUndefined();
    const next = await until('the next head', () => trail.heads()[number]);
    expect(next).toMatchObject({ number: number + 1, size: 35 });
    await stop();
    expect((await trail.start({ acceptHead: number })).notary.trouble).toBeUndefined();
  });
});

describe('heads that are not ours', () => {
  async function signFive() {
    const { append, signed, stop } = await trail.start();
    await append(5);
    await signed(5);
    await stop();
  }

  it('are told when another key has signed them, unless it is trusted', async () => {
    const [before, now] = [newKey(), newKey()];
    const { append, signed, stop } = await trail.start({ key: before.privateKey });
    await append(5);
    await signed(5);
    await stop();
    const wrong = await trail.start({ key: now.privateKey });
    expect(wrong.notary.trouble).toMatch(/signed with another key.*SORTIE_AUDIT_TRUSTED_KEYS/);
    await wrong.stop();
    const keys = { key: now.privateKey, trustedKeys: before.publicKey };
    const right = await trail.start(keys);
    await right.append(1);
    expect((await right.signed(6)).number).toBeGreaterThan(1);
    expect(right.notary.trouble).toBeUndefined();
    await right.stop();
    await expect(trail.start({ ...keys, trustedKeys: before.privateKey })).rejects.toThrow(
      'no Ed25519 public key',
    );
  });

  it.each([
    [
      'a copy has another',
      async () => {
        const [head] = trail.heads();
        const forged = { ...head, time: '2026-01-01T00:00:00.000Z' };
        writeFileSync(trail.headsPath, `${headText(forged as never)}\n`);
      },
      /another than the one in the database/,
    ],
    [
      'a copy goes on otherwise',
      async () => {
        const head = trail.heads().at(-1);
        const next = { ...head, number: (head?.number ?? 0) + 1, previous: 'f'.repeat(64) };
        appendFileSync(trail.headsPath, `${headText(next as never)}\n`);
      },
      /was not signed after/,
    ],
    [
      'a copy leaves some out',
      async () => {
        const head = trail.heads().at(-1);
        const next = { ...head, number: (head?.number ?? 0) + 2 };
        appendFileSync(trail.headsPath, `${headText(next as never)}\n`);
      },
      /does not follow/,
    ],
    [
      'the database has another',
      async () => {
        const head = trail.heads().at(-1);
        const forged = headText({ ...head, root: 'f'.repeat(64) } as never);
        await trail.place.sql(
          'audit',
          `UPDATE tree_heads SET head = '${forged}' WHERE number = ${head?.number}`,
        );
        unlinkSync(trail.headsPath);
      },
      /signature of tree head #\d+ is not good/,
    ],
  ] satisfies [string, () => Promise<void>, RegExp][])('are told: %s', async (_, change, said) => {
    await signFive();
    await change();
    expect((await trail.start()).notary.trouble).toMatch(said);
  });
});
