// Goal: a person is erased in every process at once, and was never in plain text in NATS or PostgreSQL.
// Method: two replicas of identity on PostgreSQL, the trail in another process, a gateway in a third; their files are searched.
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Client } from '#test/support/client.js';
import { type DistributedStage, startDistributed } from '#test/support/distributed-stage.js';
import { tracesOf } from '#test/support/plain-traces.js';

const NAME = 'Wilhelmina.Quux';
const IP = '203.0.113.77';
const PROGRAM = 'Netscape Navigator 4.7 of hers';
const FROM = { 'x-forwarded-for': IP, 'user-agent': PROGRAM };
const GIVEN = 'given by somebody 17';
/** Often enough for each replica of identity to be asked. */
const TIMES = 20;

const PROCESSES = {
  'identity-a': ['identity'],
  'identity-b': ['identity'],
  others: ['catalog', 'session', 'audit'],
  gateway: ['gateway'],
} as const;

let stage: DistributedStage<keyof typeof PROCESSES>;
let admin: Client;

beforeAll(async () => {
  stage = await startDistributed({
    processes: PROCESSES,
    postgresSettings: { fsync: 'off' },
    env: { SORTIE_TRUSTED_PROXIES: '127.0.0.1,::1', SORTIE_RUNTIME: 'none' },
  });
  admin = await new Client(stage.processes.gateway.url).signIn('admin', stage.password);
});
afterAll(() => stage?.close());

const trailOf = async (id: string) => {
  const { body } = await admin.get(`/api/audit?user=${id}&limit=100`);
  return body.entries as { user_name?: string; ip_address: string; user_agent: string }[];
};
/** What the trail tells of the person, asked so often that every replica has answered. */
const told = async (id: string): Promise<Set<string>> => {
  const texts = new Set<string>();
  for (let n = 0; n < TIMES; n += 1) {
    for (const entry of await trailOf(id)) {
      for (const text of [entry.user_name ?? '', entry.ip_address, entry.user_agent]) {
        texts.add(text);
      }
    }
  }
  return texts;
};
const plainTraces = async (): Promise<string[]> => {
  const folders = [stage.postgres.folder, stage.nats.folder];
  const texts = [NAME, NAME.toLowerCase(), IP, PROGRAM];
  const found = folders.flatMap((folder) => texts.map((text) => tracesOf(folder, text)));
  return (await Promise.all(found)).flat();
};

it('a person is read by every process with keys of identity alone, and erased in all at once', async () => {
  const { body } = await admin.post('/api/users', { name: NAME, role: 'user', password: GIVEN });
  const { id } = body.user as { id: string };
  const her = new Client(stage.processes.gateway.url);
  const signedIn = await her.post('/api/sign-in', { name: NAME, password: GIVEN }, FROM);
  expect(signedIn.status).toBe(200);
  const change = { current_password: GIVEN, new_password: 'mauve stapler 42' };
  expect((await her.post('/api/me/password', change, FROM)).status).toBe(204);
  expect(
    (await her.post('/api/apps', { id: 'x', name: 'X', url: 'https://x.example' }, FROM)).status,
  ).toBe(403);
  expect(await told(id)).toEqual(new Set([NAME, IP, PROGRAM]));
  expect(JSON.stringify(await stage.log())).toContain(`personal.${id}.ip.`);
  // The search can find something: the id is in both.
  expect((await tracesOf(stage.postgres.folder, id)).length).toBeGreaterThan(0);
  expect((await tracesOf(stage.nats.folder, id)).length).toBeGreaterThan(0);
  expect(await plainTraces()).toEqual([]);

  const [kept] = await stage.postgres.sql<{ sealed_key: string }>(
    `SELECT sealed_key FROM sortie_person.person_keys WHERE person = '${id}'`,
  );
  expect((await admin.delete(`/api/users/${id}`)).status).toBe(204);
  const erased = await admin.post(`/api/users/${id}/erase`, { name_confirmation: NAME });
  expect([erased.status, erased.body]).toEqual([204, '']);
  expect(await told(id)).toEqual(new Set(['erased person', 'erased']));
  expect(await plainTraces()).toEqual([]);
  // The table is written anew; what PostgreSQL's write-ahead log still has of the key, the documentation says.
  await stage.postgres.sql('CHECKPOINT', 'postgres');
  expect(kept?.sealed_key).toMatch(/^v1\./);
  expect(await tracesOf(join(stage.postgres.folder, 'data/base'), kept?.sealed_key ?? '')).toEqual(
    [],
  );

  const again = await admin.post('/api/users', { name: NAME, role: 'user', password: GIVEN });
  expect([again.status, again.body.user.id === id]).toEqual([201, false]);
});
