// Goal: an erased person can't be read out of anything that Sortie keeps, while the trail stays whole: what was signed and
// exported before is good for ever, every table comes out the same again, and the name is free.
// Method: the built server and the built command; the data folder is searched byte by byte, exports are checked offline.
import { copyFileSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { merkleHashing } from '#shared/adapters/merkle-hashing.js';
import { verifyInclusion } from '#shared/es/merkle-proof.js';
import { Client } from '#test/support/client.js';
import { administrator } from '#test/support/people.js';
import { tracesOf } from '#test/support/plain-traces.js';
import type { Sortie } from '#test/support/sortie.js';
import { openTrailStage } from '#test/support/trail-export.js';
import { until } from '#test/support/waits.js';

const NAME = 'Wilhelmina.Quux';
const IP = '203.0.113.77';
const PROGRAM = 'Netscape Navigator 4.7 of hers';
const TOKEN_NAME = 'the laptop of hers';
const GIVEN = 'given by somebody 17';
const CHOSEN = 'mauve stapler 42';
const FROM = { 'x-forwarded-for': IP, 'user-agent': PROGRAM };
const KEPT_ABOUT_HER = [NAME, NAME.toLowerCase(), IP, PROGRAM, TOKEN_NAME];

type Proof = Readonly<{ leaf: string; sequence: number; size: number; proof: string[] }>;

let stage: Awaited<ReturnType<typeof openTrailStage>>;
let sortie: Sortie;
let admin: Client;
let id: string;
let key: string;
let proofs: { root: string; all: Proof[] };

const start = async () => {
  sortie = await stage.start({ SORTIE_TRUSTED_PROXIES: '127.0.0.1,::1' });
  admin = await administrator(sortie);
};

beforeAll(async () => {
  stage = await openTrailStage();
  await start();
  id = await live();
  key = await stage.keepKey(stage.inFolder('key.pem'));
  const { size, root } = await stage.signed();
  const all: Proof[] = [];
  for (let sequence = 1; sequence <= size; sequence += 1) {
    const path = `/api/audit/proofs/inclusion?sequence=${sequence}&size=${size}`;
    all.push((await admin.get(path)).body as Proof);
  }
  proofs = { root, all };
  copyFileSync(stage.inFolder('tree-heads.ndjson'), stage.inFolder('heads-before'));
  const exported = await stage.run('audit', 'export', '-o', stage.inFolder('before'));
  if (exported.code !== 0) throw new Error(`The export failed: ${exported.stderr}`);
});
afterAll(() => stage?.close());

/** Has a person do what leaves traces: sign in wrongly and rightly, change things, be refused, be named by others. */
async function live(): Promise<string> {
  await admin.post('/api/apps', {
    id: 'wiki',
    name: 'Wiki',
    url: 'https://wiki.example',
    visibility: 'public',
  });
  const registered = await admin.post('/api/users', { name: NAME, role: 'user', password: GIVEN });
  expect((await admin.post('/api/users', { name: NAME, role: 'user' })).status).toBe(409);
  const her = new Client(sortie.url);
  const post = (path: string, body: object) => her.post(path, body, FROM);
  expect((await post('/api/sign-in', { name: NAME, password: 'wrong one' })).status).toBe(401);
  expect((await post('/api/sign-in', { name: NAME, password: GIVEN })).status).toBe(200);
  const change = { current_password: GIVEN, new_password: CHOSEN };
  expect((await post('/api/me/password', change)).status).toBe(204);
  expect((await post('/api/apps/wiki/launch', {})).status).toBe(200);
  expect((await post('/api/apps', { id: 'x', name: 'X', url: 'https://x.example' })).status).toBe(
    403,
  );
  const token = { name: TOKEN_NAME, scopes: ['apps:read'] };
  expect((await post('/api/me/tokens', token)).status).toBe(201);
  expect((await her.get('/api/me/tokens', { headers: FROM })).body.tokens[0].name).toBe(TOKEN_NAME);
  expect((await post('/api/sign-out', {})).status).toBe(204);
  return registered.body.user.id as string;
}

const trailOf = async () =>
  (await admin.get(`/api/audit?user=${id}&limit=100`)).body.entries as Record<string, string>[];
const erase = (name_confirmation: string) =>
  admin.post(`/api/users/${id}/erase`, { name_confirmation });
const linesOf = (name: string) => readFileSync(stage.inFolder(name), 'utf8').split('\n');
const verify = (name: string, heads: string) =>
  stage.run(
    ...['audit', 'verify', stage.inFolder(name), '--public-key', key],
    ...['--heads', stage.inFolder(heads)],
  );

describe('a person who did things', () => {
  it('is in the trail by name, address and program, and in no file by any of them', async () => {
    const entries = await until('the trail has it', async () => {
      const found = await trailOf();
      return found.length > 5 && found;
    });
    for (const entry of entries.filter(({ action }) => action !== 'CREATE_USER')) {
      expect(entry).toMatchObject({ user_name: NAME, ip_address: IP, user_agent: PROGRAM });
    }
    for (const text of KEPT_ABOUT_HER)
      expect(await tracesOf(stage.dataPath, text), text).toEqual([]);
    // The search can find something.
    expect(await tracesOf(stage.dataPath, 'https://wiki.example')).not.toEqual([]);
  });

  it('can be looked at before: what would become unreadable, and what would not', async () => {
    const { status, body } = await admin.get(`/api/users/${id}/erasure`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ user_id: id, status: 'active', plain: {} });
    expect(body.sealed).toMatchObject({ user_name: 1, token_name: 1 });
    expect(body.sealed.ip).toBeGreaterThan(5);
    expect(body.sealed.user_agent).toBe(body.sealed.ip);
  });

  it('is erased only when disabled, by name, and by an administrator', async () => {
    expect((await erase(NAME)).body.code).toBe('UserActive');
    expect((await admin.delete(`/api/users/${id}`)).status).toBe(204);
    expect((await erase('somebody else')).body.code).toBe('NameNotConfirmed');
    expect((await new Client(sortie.url).post(`/api/users/${id}/erase`, {})).status).toBe(401);
    expect((await trailOf())[0]).toMatchObject({ user_name: NAME });
  });
});

describe('a person who is erased', () => {
  beforeAll(async () => {
    const { status, body } = await erase(NAME);
    if (status !== 204) throw new Error(`Erasing answered ${status}: ${JSON.stringify(body)}`);
  });

  it('is told of as erased, everywhere', async () => {
    const about = await until('the trail has it', async () => {
      const { body } = await admin.get(`/api/audit?resource_id=${id}&limit=100`);
      return body.entries[0]?.action === 'ERASE_USER' && body.entries;
    });
    for (const entry of await trailOf()) {
      expect(entry['user_name']).toBe('erased person');
      expect(['erased', '']).toContain(entry['ip_address']);
      expect(['erased', '']).toContain(entry['user_agent']);
    }
    expect(about[0]).toMatchObject({ action: 'ERASE_USER', user_name: 'admin', resource_id: id });
    expect(about.at(-1)).toMatchObject({
      action: 'CREATE_USER',
      details: { name: 'erased person' },
    });
    const { users } = (await admin.get('/api/users?limit=100')).body;
    expect(users.find((user: { id: string }) => user.id === id)).toMatchObject({
      ...{ id, name: 'erased person', status: 'erased' },
    });
    const csv = (await admin.get('/api/audit/export?format=csv')).body as string;
    for (const text of KEPT_ABOUT_HER) expect(csv).not.toContain(text);
  });

  it('is in no file, in no form, and in nothing that was printed or exported', async () => {
    for (const text of KEPT_ABOUT_HER) {
      expect(await tracesOf(stage.dataPath, text), text).toEqual([]);
      expect(sortie.output()).not.toContain(text);
    }
  });

  it('leaves every proof from before as good as it was', async () => {
    for (const { leaf, sequence, size, proof } of proofs.all) {
      const path = `/api/audit/proofs/inclusion?sequence=${sequence}&size=${size}`;
      expect((await admin.get(path)).body).toMatchObject({ leaf, proof });
      const hash = merkleHashing.leaf(Buffer.from(leaf));
      const given = {
        ...{ index: sequence - 1, size, leaf: hash, root: Buffer.from(proofs.root, 'hex') },
        proof: proof.map((one) => Buffer.from(one, 'hex')),
      };
      expect(verifyInclusion(merkleHashing, given), String(sequence)).toBe(true);
    }
  });

  it('leaves exports from before whole, and the same commits in one from after', async () => {
    await stage.signed();
    const exported = await stage.run('audit', 'export', '-o', stage.inFolder('after'));
    expect(exported.code, exported.stderr).toBe(0);
    for (const [name = '', heads = ''] of [
      ['before', 'heads-before'],
      ['after', 'tree-heads.ndjson'],
    ]) {
      const { code, stdout, stderr } = await verify(name, heads);
      expect([code, stderr], name).toEqual([0, '']);
      expect(stdout).toContain('are as they were signed');
    }
    const entries = (name: string) => linesOf(name).filter((line) => line.startsWith('{"hash"'));
    expect(entries('after').slice(0, entries('before').length)).toEqual(entries('before'));
  });

  it('is erased in what is rebuilt, which comes out the same', async () => {
    const { projections } = (await admin.get('/api/projections')).body;
    for (const { name } of projections as { name: string }[]) {
      const { status, body } = await admin.post(`/api/projections/${name}/rebuild`, {});
      expect([name, status, body.hashAfter]).toEqual([name, 200, body.hashBefore]);
    }
  });

  it('stays so over a restart, and leaves the name to somebody else', async () => {
    await sortie.end();
    await start();
    expect((await trailOf())[0]).toMatchObject({ user_name: 'erased person' });
    const { status, body } = await admin.post('/api/users', {
      name: NAME,
      role: 'user',
      password: GIVEN,
    });
    expect([status, body.user?.id === id]).toEqual([201, false]);
    await new Client(sortie.url).signIn(NAME, GIVEN);
    expect((await trailOf())[0]).toMatchObject({ user_name: 'erased person' });
  });
});
