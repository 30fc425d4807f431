// Goal: with two of everything, no more sessions start than the quota allows, and nobody who waits is forgotten when a
// replica dies (kill -9).
// Method: two gateways and two processes with all services on a real NATS and PostgreSQL; real desktops.
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, onTestFailed } from 'vitest';
import { type Answer, Client } from '#test/support/client.js';
import {
  type DistributedStage,
  startDistributed,
  TWO_OF_EVERYTHING,
} from '#test/support/distributed-stage.js';
import { newPerson, PASSWORD } from '#test/support/people.js';
import { sessionFaults } from '#test/support/session-faults.js';
import { liveRuntimes } from '#test/support/live-runtimes.js';
import { until } from '#test/support/waits.js';

const START_MS_MAX = 60_000;
const SETTLED_MS_MAX = 90_000;
/** Nothing here waits for the longest of it: it ends what hangs. */
const TEST_MS_MAX = 400_000;
const TOTAL = 8;
const ATTEMPTS_MAX = 10;

let stage: DistributedStage<keyof typeof TWO_OF_EVERYTHING>;
let admin: Client;

beforeAll(async () => {
  stage = await startDistributed({
    processes: TWO_OF_EVERYTHING,
    postgresSettings: { fsync: 'off' },
    env: { SORTIE_SESSIONS_MAX: String(TOTAL), SORTIE_SESSION_QUEUE_MAX: '20' },
  });
  admin = await new Client(stage.processes['gateway-a'].url).signIn('admin', stage.password);
});
afterAll(() => stage?.close());

/** A new person, at each gateway. */
async function personAtBoth(name: string): Promise<readonly [Client, Client]> {
  const { 'gateway-a': a, 'gateway-b': b } = stage.processes;
  const { client } = await newPerson(a.url, admin, { name });
  const other = await until('the other gateway knows the person', () =>
    new Client(b.url).signIn(name, PASSWORD).catch(() => undefined),
  );
  return [client, other];
}

/** Launches, and asks again with the same key where it is told to: a busy machine may not answer in time. */
async function launch(client: Client, key: string): Promise<Answer> {
  const headers = { 'idempotency-key': key };
  for (let attempt = 1; ; attempt += 1) {
    const answer = await client.post('/api/sessions', { app_id: 'terminal' }, headers);
    if (answer.status !== 503 || attempt === ATTEMPTS_MAX) return answer;
    await delay(Number(answer.headers.get('retry-after')) * 1_000);
  }
}

/** What many launches at both gateways at once came to: how often there was which answer. */
async function launchMany(
  name: string,
  people: readonly (readonly [Client, Client])[],
  times: number,
) {
  const asking = Array.from({ length: times }, (_, i) => {
    const [one, other] = people[i % people.length] ?? [admin, admin];
    return launch(i % 2 ? one : other, `${name}-${i}`);
  });
  const answers = await Promise.all(asking);
  const words = answers.map(({ status, body }) => `${status} ${body.code ?? body.status}`);
  const tally = Object.fromEntries(
    [...new Set(words)].map((word) => [word, words.filter((other) => other === word).length]),
  );
  return { tally, sessions: answers.filter(({ status }) => status === 201).map((one) => one.body) };
}

const isSound = () =>
  until(
    'places, sessions and desktops are as the log says',
    async () => sessionFaults(await stage.log(), liveRuntimes(stage.runtimeDir)).length === 0,
    SETTLED_MS_MAX,
  );
const statusOf = async (client: Client, id: string): Promise<string> =>
  (await client.get(`/api/sessions/${id}`)).body.status;

describe('two replicas', () => {
  it(
    'let exactly five of two hundred launches start that one person asks both for at once',
    async () => {
      onTestFailed(() => console.error(stage.output()));
      const anna = await personAtBoth('anna');
      const { tally, sessions } = await launchMany('anna', [anna], 200);
      expect(tally).toEqual({ '201 creating': 5, '429 QuotaExceeded': 195 });
      for (const { id } of sessions) {
        await until(
          'it runs',
          async () => (await statusOf(anna[0], id)) === 'running',
          START_MS_MAX,
        );
      }
      for (const { id } of sessions) await anna[1].delete(`/api/sessions/${id}`);
      await isSound();
    },
    TEST_MS_MAX,
  );

  it(
    'let in as many of many people as there are places, and the rest when it is their turn, though one dies',
    async () => {
      onTestFailed(() => console.error(stage.output()));
      const people = [];
      for (const name of ['bert', 'carl', 'dora', 'egon']) people.push(await personAtBoth(name));
      const { tally, sessions } = await launchMany('all', people, 16);
      expect(tally).toEqual({ '201 creating': 16 });
      const waiting = sessions.filter((one) => one.queue_position !== null);
      const inside = sessions.filter((one) => one.queue_position === null);
      const positions = waiting.map((one) => one.queue_position).toSorted((a, b) => a - b);
      expect(positions).toEqual(Array.from({ length: 16 - TOTAL }, (_, i) => i + 1));
      await stage.processes['services-a'].kill('SIGKILL');
      for (const { id } of inside) {
        await until('it is stopped', async () => {
          const { status } = await admin.delete(`/api/sessions/${id}`);
          return status === 200 || status === 409;
        });
      }
      for (const { id } of waiting) {
        await until('it runs', async () => (await statusOf(admin, id)) === 'running', START_MS_MAX);
      }
      await stage.processes['services-a'].start();
      await isSound();
      for (const { id } of waiting) await admin.delete(`/api/sessions/${id}`);
      await isSound();
    },
    TEST_MS_MAX,
  );
});
