import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import type { StorageObserver } from './storage-observer.js';
import { logMetrics, type LogMetrics, watchLog } from './prometheus-log.js';
import { requestMetrics, type RequestMetrics } from './prometheus-requests.js';
import { storageMetrics, watchStorage } from './prometheus-storage.js';
import { watchPlaces, watchSessions, watchViewers } from './prometheus-desktops.js';
import type { MetricSources, Watch } from './metric-sources.js';

/** Of prom-client's own: gauges that are called as only counters may be; the same without `_total` has more to say. */
const MISNAMED = [
  'nodejs_active_resources_total',
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
];

/** What a scraper is handed. */
export type Exposition = Readonly<{ contentType: string; text: string }>;

/** The metrics of one process: what happens is told to it, and what stands somewhere is read when somebody asks. */
export type Metrics = RequestMetrics &
  LogMetrics &
  Readonly<{
    storage: StorageObserver;
    /** Adds what is to be read at a scrape; each source once. */
    watch: (sources: MetricSources) => void;
    /** Everything, in Prometheus' text format. Scrapes at the same time share one. */
    expose: () => Promise<Exposition>;
  }>;

/** Makes the metrics of this process, with those of Node and of the process itself. */
export function openMetrics({ version }: { version: string }): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  for (const name of MISNAMED) registry.removeSingleMetric(name);
  const registers = [registry];
  new Gauge({
    name: 'sortie_build_info',
    help: 'Always 1; the version of Sortie is its label',
    labelNames: ['version'],
    registers,
  }).set({ version }, 1);
  const failures = new Counter({
    name: 'sortie_scrape_failures_total',
    help: 'Figures that could not be read when somebody asked for the metrics',
    labelNames: ['figure'],
    registers,
  });
  const watches: Watch[] = [];
  const watch = (sources: MetricSources): void => {
    const parts = {
      registers,
      sources,
      onFailed: (figure: string) => failures.inc({ figure }),
    };
    for (const add of [watchLog, watchStorage, watchViewers, watchSessions, watchPlaces]) {
      watches.push(...add(parts));
    }
  };
  let underWay: Promise<Exposition> | undefined;
  const expose = async (): Promise<Exposition> => {
    await Promise.all(watches.map((refresh) => refresh()));
    return { contentType: registry.contentType, text: await registry.metrics() };
  };
  return {
    ...requestMetrics(registers),
    ...logMetrics(registers),
    storage: storageMetrics(registers),
    watch,
    expose: () => (underWay ??= expose().finally(() => (underWay = undefined))),
  };
}
