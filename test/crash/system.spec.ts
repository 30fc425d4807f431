// Goal: kill -9 at any moment loses no acknowledged write, doubles none, and leaves every projection rebuildable
// to the same rows (promises 1, 2 and 3).
// Method: the built server on one data folder; clients write at once until it is killed at a random moment; it is
// started again, writes without an answer are repeated with their Idempotency-Key, and the trail is counted.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Client } from '#test/support/client.js';
import { seededRandom } from '#test/support/random.js';
import { sortieFolders, startSortie, type Sortie } from '#test/support/sortie.js';
import { until } from '#test/support/waits.js';

const ROUNDS = Number(process.env['CRASH_ROUNDS'] ?? 12);
const WRITERS = 12;
const KILL_AFTER_MS = { min: 30, max: 700 };
const seed = Number(process.env['CRASH_SEED'] ?? Date.now() % 1_000_000);

type Write = {
  key: string;
  id: string;
  name: string;
  kind: 'create' | 'revise';
  answered: boolean;
};

const random = seededRandom(seed);
const writes: Write[] = [];
let folders: Awaited<ReturnType<typeof sortieFolders>>;
let password = '';
let cookie = '';

beforeAll(async () => {
  folders = await sortieFolders();
});
afterAll(() => folders.remove());

const bodyOf = ({ name }: Write) => ({ name, url: 'https://a.example' });

/** Sends one write; false means that no answer came, so it may or may not have happened. */
async function send(client: Client, write: Write): Promise<boolean> {
  const headers = { 'idempotency-key': write.key, cookie };
  try {
    const answer =
      write.kind === 'create'
        ? await client.post('/api/apps', { id: write.id, ...bodyOf(write) }, headers)
        : await client.put(`/api/apps/${write.id}`, bodyOf(write), { ...headers, 'if-match': '*' });
    expect([200, 201], JSON.stringify(answer.body)).toContain(answer.status);
    write.answered = true;
    return true;
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}

async function writeUntilKilled(client: Client, round: number, writer: number): Promise<void> {
  for (let n = 0; ; n += 1) {
    const id = `r${round}w${writer}n${Math.floor(n / 2)}`;
    const kind = n % 2 === 0 ? 'create' : 'revise';
    const write: Write = { key: `${id}-${kind}`, id, name: `${kind} ${id}`, kind, answered: false };
    writes.push(write);
    if (!(await send(client, write))) return;
  }
}

async function round(number: number): Promise<void> {
  const sortie = await startSortie(folders, password);
  password = sortie.password;
  const client = new Client(sortie.url);
  if (!cookie) cookie = (await client.signIn('admin', password)).cookie;
  await repeatUnanswered(client);
  const writing = Array.from({ length: WRITERS }, (_, w) => writeUntilKilled(client, number, w));
  const { min, max } = KILL_AFTER_MS;
  await new Promise((resolve) => setTimeout(resolve, min + random() * (max - min)));
  await sortie.end('SIGKILL');
  await Promise.all(writing);
}

async function repeatUnanswered(client: Client): Promise<void> {
  // In their order: a revision without its creation would be refused.
  for (const write of writes.filter((w) => !w.answered))
    expect(await send(client, write)).toBe(true);
}

it(`every acknowledged write is there once after ${ROUNDS} kills (CRASH_SEED=${seed})`, async () => {
  for (let number = 0; number < ROUNDS; number += 1) await round(number);
  const sortie = await startSortie(folders, password);
  try {
    const client = new Client(sortie.url);
    await repeatUnanswered(client);
    await until('the trail has all', async () => {
      const { body } = await client.get('/api/projections', { headers: { cookie } });
      return body.projections.every(({ lag }: { lag: number }) => lag === 0);
    });
    const trail = await wholeTrail(client);
    for (const { id, name, kind, key } of writes) {
      const action = kind === 'create' ? 'CREATE_APP' : 'UPDATE_APP';
      expect(trail.get(`${action} ${id}`), `${key}, CRASH_SEED=${seed}`).toBe(1);
      if (kind === 'create') continue;
      const { body } = await client.get(`/api/apps/${id}`, { headers: { cookie } });
      expect(body.name).toBe(name);
    }
    console.info(`${writes.length} writes, ${ROUNDS} kills, seed ${seed}`);
    await expectRebuildsEqual(sortie);
  } finally {
    await sortie.end();
  }
});

/** How often each action stands in the trail for each resource. */
async function wholeTrail(client: Client): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  let cursor = '';
  do {
    const { body } = await client.get(`/api/audit?limit=1000${cursor}`, { headers: { cookie } });
    for (const { action, resource_id } of body.entries) {
      const key = `${action} ${resource_id}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    cursor = body.next_cursor ? `&cursor=${body.next_cursor}` : '';
  } while (cursor);
  return counts;
}

async function expectRebuildsEqual({ url }: Sortie): Promise<void> {
  const client = new Client(url);
  const headers = { cookie };
  const { body } = await client.get('/api/projections', { headers });
  expect(body.projections.length).toBeGreaterThan(8);
  for (const { name, status } of body.projections) {
    expect(status).toBe('live');
    const report = await client.post(`/api/projections/${name}/rebuild`, {}, headers);
    expect(report.status, name).toBe(200);
    expect(report.body.hashAfter, name).toBe(report.body.hashBefore);
  }
}
