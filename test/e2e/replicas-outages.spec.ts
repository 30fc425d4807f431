// Goal: what is not there is told at once and comes back by itself: services, NATS, PostgreSQL; and two processes never
// share a SQLite file.
// Method: one gateway and one process with all services on a real NATS and PostgreSQL, each killed or held in turn.
import { afterAll, beforeAll, describe, expect, it, onTestFailed } from 'vitest';
import { type Answer, Client } from '#test/support/client.js';
import { type DistributedStage, startDistributed } from '#test/support/distributed-stage.js';
import { until } from '#test/support/waits.js';

const SERVICES = ['identity', 'catalog', 'session', 'audit'] as const;
/** The deadlines of a request on the bus and of whoever asks who is asking are 20 s; what hangs is given up after minutes. */
const ANSWER_MS_MAX = 60_000;
const BACK_MS_MAX = 60_000;
const OUTAGE_MS_MAX = 300_000;

/** A gateway that comes first, and the services that it needs. */
const processes = { gateway: ['gateway'], services: SERVICES } as const;
let stage: DistributedStage<keyof typeof processes>;
let admin: Client;

const tellIfFailed = () => onTestFailed(() => console.error(stage.output()));

function expectUnavailable({ status, headers, body }: Answer): void {
  expect([status, body.code], JSON.stringify(body)).toEqual([503, 'Unavailable']);
  expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
  expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
  expect(body.detail.length).toBeGreaterThan(0);
}

/** Asks as a person would, who is told and not left waiting. */
async function asked(ask: () => Promise<Answer>): Promise<Answer> {
  const started = performance.now();
  const answer = await ask();
  expect(performance.now() - started).toBeLessThan(ANSWER_MS_MAX);
  return answer;
}

const read = () => admin.get('/api/apps');
let made = 0;
const write = () => {
  const id = `outage-${(made += 1)}`;
  return admin.post('/api/apps', { id, name: id, url: 'https://a.example' });
};

/** Reads and writes are answered again, and the read model keeps up. */
async function isBack(): Promise<void> {
  const started = performance.now();
  await until('reads are back', async () => (await read()).status === 200, BACK_MS_MAX);
  await until(
    'writes are back',
    async () => {
      const { status, headers } = await write();
      return status === 201 && headers.get('sortie-read-model') !== 'behind';
    },
    BACK_MS_MAX,
  );
  console.info(`all was back after ${Math.round(performance.now() - started)} ms`);
}

describe('without', () => {
  beforeAll(async () => {
    stage = await startDistributed({
      ...{ processes, later: ['services'] },
      postgresSettings: { fsync: 'off' },
    });
    admin = new Client(stage.processes.gateway.url);
  });
  afterAll(() => stage?.close());

  it(
    'any service a gateway answers 503, and works once there are some',
    async () => {
      tellIfFailed();
      const signIn = () => admin.post('/api/sign-in', { name: 'admin', password: 'unknown yet' });
      expectUnavailable(await asked(signIn));
      expectUnavailable(await admin.get('/api/apps', { headers: { cookie: 'sortie=a' } }));
      expect((await admin.get('/livez')).status).toBe(200);
      const { services } = stage.processes;
      await services.start();
      await admin.signIn('admin', services.password ?? '');
      await isBack();
      await services.kill();
      await until('the gateway has noticed', async () => (await read()).status === 503);
      expectUnavailable(await asked(read));
      await services.start();
      await isBack();
    },
    OUTAGE_MS_MAX,
  );

  it.each(['nats', 'postgres'] as const)(
    '%s nothing hangs, and it comes back',
    async (name) => {
      tellIfFailed();
      const server = stage[name];
      await server.kill();
      try {
        expectUnavailable(await asked(read));
        expectUnavailable(await asked(write));
      } finally {
        await server.restart();
      }
      await isBack();
    },
    OUTAGE_MS_MAX,
  );

  it.each(['nats', 'postgres'] as const)(
    '%s that is there and silent nothing hangs, and it comes back',
    async (name) => {
      tellIfFailed();
      const server = stage[name];
      server.pause();
      try {
        expectUnavailable(await asked(read));
        expectUnavailable(await asked(write));
      } finally {
        server.resume();
      }
      await isBack();
    },
    OUTAGE_MS_MAX,
  );
});

describe('on SQLite', () => {
  it('a second process of a service is refused with a sentence, and the first one works on', async () => {
    const both = { first: [...SERVICES, 'gateway'], second: SERVICES } as const;
    const own = await startDistributed({
      ...{ processes: both, database: 'sqlite', later: ['second'] },
    });
    try {
      const { first, second } = own.processes;
      expect(await second.startInVain(), second.output).toBe(1);
      expect(second.output).toMatch(
        /Another process runs the \w+ service already .*SORTIE_DB_TYPE=postgres/,
      );
      const client = await new Client(first.url).signIn('admin', own.password);
      expect((await client.get('/api/apps')).status).toBe(200);
    } finally {
      await own.close();
    }
  });
});
