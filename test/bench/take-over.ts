import type { DistributedStage } from '#test/support/distributed-stage.js';
import { until } from '#test/support/waits.js';
import type { CatalogueClient } from './catalogue-client.js';

const SETTLE_MS = 4_000;
const WRITERS = 4;
const TAKE_OVER_MS_MAX = 30_000;

export type TakeOver = Readonly<{
  /** From the kill until another process has written the read models. */
  tookMs: number;
  /** Of the commands that clients sent meanwhile, and got an answer to. */
  slowestMs: number;
}>;

type Lead = Readonly<{ owner: string; sequence: number }>;

/** The catalogue has one lease. */
const LEAD = `SELECT l.owner, p.sequence::float8 AS sequence FROM sortie_catalog.leases l, sortie_catalog.projections p
  WHERE p.table_name = 'applications'`;

/** Kills the process that writes the catalogue's read models, again and again, while clients go on writing. */
export async function takeOvers(
  stage: DistributedStage,
  client: CatalogueClient,
  rounds: number,
): Promise<TakeOver[]> {
  const found: TakeOver[] = [];
  for (let round = 0; round < rounds; round += 1) found.push(await takeOver(stage, client));
  return found;
}

async function takeOver(stage: DistributedStage, client: CatalogueClient): Promise<TakeOver> {
  const writing = keepWriting(client);
  const before = await leadOf(stage);
  const leader = Object.values(stage.processes).find(({ pid }) => pid === pidOf(before));
  if (!leader) throw new Error(`None of the processes is ${before.owner}.`);
  const killedAt = performance.now();
  await leader.kill();
  const { sequence } = await leadOf(stage);
  await until(
    'another process leads',
    async () => {
      const lead = await leadOf(stage);
      return lead.owner !== before.owner && lead.sequence > sequence;
    },
    TAKE_OVER_MS_MAX,
  );
  const tookMs = performance.now() - killedAt;
  const slowestMs = await writing.stop();
  await leader.start();
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  return { tookMs, slowestMs };
}

async function leadOf({ postgres }: DistributedStage): Promise<Lead> {
  const [lead] = await postgres.sql<Lead>(LEAD);
  return lead ?? { owner: '', sequence: 0 };
}

/** An owner is `<host>/<process id>/<start>`. */
const pidOf = ({ owner }: Lead): number => Number(owner.split('/')[1]);

function keepWriting(client: CatalogueClient) {
  let isOver = false;
  let slowestMs = 0;
  const write = async (worker: number): Promise<void> => {
    while (!isOver) {
      const from = performance.now();
      // Some have no answer when their process dies; they would be sent again.
      await client.write(worker).catch(() => undefined);
      slowestMs = Math.max(slowestMs, performance.now() - from);
    }
  };
  const writers = Array.from({ length: WRITERS }, (_, worker) => write(worker));
  const stop = async (): Promise<number> => {
    isOver = true;
    await Promise.all(writers);
    return slowestMs;
  };
  return { stop };
}
