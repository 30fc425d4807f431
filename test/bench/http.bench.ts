import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import autocannon from 'autocannon';
import { Client } from '#test/support/client.js';
import { sortieFolders, startSortie } from '#test/support/sortie.js';
import { type BenchRow, medianOf, percentileOf, rowOf } from './bench-row.js';

const ROUNDS = 5;
const READ_SECONDS = 3;
const CONNECTIONS = 16;
const PAIRS = 300;
const START_ROUNDS = 7;

type Bare = Readonly<{ child: ChildProcess; url: string }>;

/** Reads, writes with their read-back, and the warm start, each against the bare parts under it. */
export async function benchHttp(): Promise<BenchRow[]> {
  const folders = await sortieFolders();
  const sortie = await startSortie(folders);
  const scratch = await mkdtemp(join(tmpdir(), 'sortie-bench-'));
  try {
    const client = await new Client(sortie.url).signIn('admin', sortie.password);
    const { body } = await client.get('/api/apps');
    const bare = await startBare(join(scratch, 'bare.db'), JSON.stringify(body));
    const rows = [
      await reads(sortie.url, client.cookie, bare.url),
      ...(await writesReadBack(client, new Client(bare.url))),
    ];
    bare.child.kill();
    await sortie.end();
    return [...rows, await warmStart(folders, sortie.password)];
  } finally {
    await sortie.end('SIGKILL');
    await folders.remove();
    await rm(scratch, { recursive: true });
  }
}

type Rounds = Readonly<{ ours: number[]; baseline: number[]; baselineName: string }>;

function row(what: string, unit: string, { ours, baseline, baselineName }: Rounds): BenchRow {
  const medians = { ours: medianOf(ours), baseline: medianOf(baseline) };
  return rowOf({ what, unit, baselineName, ...medians });
}

async function startBare(databasePath: string, bytes: string): Promise<Bare> {
  const child = fork(new URL('./bare-server.js', import.meta.url), [databasePath, bytes]);
  const [address] = (await once(child, 'message')) as [AddressInfo];
  return { child, url: `http://127.0.0.1:${address.port}` };
}

async function reads(url: string, cookie: string, bareUrl: string): Promise<BenchRow> {
  const ours: number[] = [];
  const baseline: number[] = [];
  const load = { connections: CONNECTIONS, duration: READ_SECONDS };
  for (let round = 0; round < ROUNDS; round += 1) {
    const apps = await autocannon({ ...load, url: `${url}/api/apps`, headers: { cookie } });
    if (apps.non2xx > 0) throw new Error(`${apps.non2xx} reads were refused`);
    ours.push(apps.requests.average);
    const bytes = await autocannon({ ...load, url: `${bareUrl}/api/apps` });
    baseline.push(bytes.requests.average);
  }
  const baselineName = 'node:http sending the same bytes';
  return row('GET /api/apps, signed in', 'requests/s', { ours, baseline, baselineName });
}

/** Milliseconds from sending a POST until a GET has brought back what it made. */
async function pairMs(client: Client, id: string): Promise<number> {
  const started = performance.now();
  const made = await client.post('/api/apps', { id, name: id, url: 'https://a.example' });
  const read = await client.get(`/api/apps/${id}`);
  if (made.status !== 201 || read.body.id !== id) throw new Error(`${id} was not read back`);
  return performance.now() - started;
}

async function writesReadBack(client: Client, bare: Client): Promise<BenchRow[]> {
  const p50: Record<'ours' | 'baseline', number[]> = { ours: [], baseline: [] };
  const p99: Record<'ours' | 'baseline', number[]> = { ours: [], baseline: [] };
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [side, sender] of [['ours', client] as const, ['baseline', bare] as const]) {
      const times: number[] = [];
      for (let n = 0; n < PAIRS; n += 1) times.push(await pairMs(sender, `r${round}n${n}`));
      p50[side].push(medianOf(times));
      p99[side].push(percentileOf(times, 0.99));
    }
  }
  const baselineName = 'node:http + one better-sqlite3 insert (FULL)';
  return [
    row('POST /api/apps until a GET shows it, p50', 'ms', { ...p50, baselineName }),
    row('POST /api/apps until a GET shows it, p99', 'ms', { ...p99, baselineName }),
  ];
}

async function warmStart(
  folders: Parameters<typeof startSortie>[0],
  password: string,
): Promise<BenchRow> {
  const ours: number[] = [];
  const baseline: number[] = [];
  for (let round = 0; round < START_ROUNDS; round += 1) {
    const started = performance.now();
    const sortie = await startSortie(folders, password);
    ours.push(performance.now() - started);
    await sortie.end();
    const begun = performance.now();
    const scratch = await mkdtemp(join(tmpdir(), 'sortie-bench-'));
    const bare = await startBare(join(scratch, 'bare.db'), '');
    baseline.push(performance.now() - begun);
    bare.child.kill();
    await rm(scratch, { recursive: true });
  }
  const baselineName = 'node:http + better-sqlite3';
  return row('warm start to ready', 'ms', { ours, baseline, baselineName });
}
