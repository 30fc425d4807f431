import { cpus } from 'node:os';
import { provideNatsServers } from '../../deploy/local/nats-server.js';
import { providePostgres } from '../../deploy/local/postgres.js';
import type { BenchRow } from './bench-row.js';
import { benchDistributed } from './distributed.bench.js';
import { benchDocker } from './docker.bench.js';
import { benchHttp } from './http.bench.js';
import { benchLaunch } from './launch.bench.js';
import { benchLog } from './log.bench.js';
import { benchMillion } from './million.bench.js';
import { benchPage } from './page.bench.js';
import { benchPast } from './past.bench.js';
import { benchReplayIntoStores } from './replay-stores.bench.js';
import { benchSealing } from './sealing.bench.js';
import { benchTrail } from './trail.bench.js';
import { benchTrailSearch } from './trail-search.bench.js';
import { benchViewer } from './viewer.bench.js';

const BENCHES = {
  log: benchLog,
  replay: benchReplayIntoStores,
  million: benchMillion,
  past: benchPast,
  distributed: benchDistributed,
  http: benchHttp,
  launch: benchLaunch,
  docker: benchDocker,
  trail: async () => [...(await benchTrail()), ...(await benchTrailSearch())],
  sealing: benchSealing,
  viewer: benchViewer,
  page: benchPage,
};

/** They run NATS and PostgreSQL, which are fetched where they are missing; what can't be is told by those that start them. */
const ON_SERVERS = ['replay', 'million', 'past', 'distributed'];

const figure = (value: number): string =>
  value >= 100 ? Math.round(value).toLocaleString('en-US') : String(Number(value.toPrecision(3)));

function print({ what, unit, ours, baseline, baselineName, ratio, note }: BenchRow): void {
  const columns = [what, unit, figure(ours), figure(baseline), baselineName, ratio.toFixed(2)];
  process.stdout.write(`| ${[...columns, note ?? ''].join(' | ')} |\n`);
}

const asked = process.argv.slice(2);
const chosen = Object.entries(BENCHES).filter(
  ([name]) => asked.length === 0 || asked.includes(name),
);
if (chosen.some(([name]) => ON_SERVERS.includes(name))) {
  await provideNatsServers('.');
  await providePostgres();
}
process.stdout.write(
  `Node ${process.versions.node}, ${cpus().length} cores (${cpus()[0]?.model}). Medians of several rounds, ours and baseline in turn.\n\n`,
);
process.stdout.write('| what | unit | ours | baseline | which baseline | ratio | note |\n');
process.stdout.write('| --- | --- | ---: | ---: | --- | ---: | --- |\n');
for (const [, bench] of chosen) for (const row of await bench()) print(row);
