import { Gauge, Histogram, type Registry } from 'prom-client';
import { CHEAP_EVERY_MS, type Watch, type Watching } from './metric-sources.js';
import type { AppendOutcome } from './observed-event-log.js';
import { Reading } from './reading.js';

/** Seconds: an fsync takes 0.1 ms on good disks and a tenth of a second on bad ones. */
const BUCKETS = [0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5];

export type LogMetrics = Readonly<{
  onAppend: (outcome: AppendOutcome, seconds: number) => void;
}>;

/** Metrics of what this process writes to the log. */
export function logMetrics(registers: Registry[]): LogMetrics {
  const append = new Histogram({
    name: 'sortie_log_append_duration_seconds',
    help: 'From an append to the word that it is on disk, or why it is not',
    labelNames: ['outcome'],
    buckets: BUCKETS,
    registers,
  });
  return { onAppend: (outcome, seconds) => append.observe({ outcome }, seconds) };
}

/** Metrics of how far the log is, and how far this process's read models are behind it. */
export function watchLog({ registers, sources, onFailed }: Watching): Watch[] {
  const { head, projectors } = sources;
  return [
    ...(head ? [watchHead(registers, head, onFailed)] : []),
    ...(projectors ? [watchProjectors(registers, projectors, onFailed)] : []),
  ];
}

function watchHead(
  registers: Registry[],
  head: () => Promise<number>,
  onFailed: Watching['onFailed'],
): Watch {
  const gauge = new Gauge({
    name: 'sortie_log_head_sequence',
    help: 'Sequence of the last commit in the log',
    registers,
  });
  const reading = new Reading({
    read: head,
    everyMs: CHEAP_EVERY_MS,
    onFailed: () => onFailed('head'),
  });
  return async () => gauge.set((await reading.get()) ?? Number.NaN);
}

function watchProjectors(
  registers: Registry[],
  projectors: NonNullable<Watching['sources']['projectors']>,
  onFailed: Watching['onFailed'],
): Watch {
  const gauge = (name: string, help: string) =>
    new Gauge({ name, help, labelNames: ['projection'], registers });
  const lag = gauge('sortie_projection_lag_commits', 'Commits that a read model is behind the log');
  const checkpoint = gauge(
    'sortie_projection_checkpoint',
    'Sequence up to which the log is in a read model',
  );
  const stopped = gauge(
    'sortie_projection_stopped',
    '1 when a read model met an event that it can not apply',
  );
  const leads = new Gauge({
    name: 'sortie_projection_leads',
    help: '1 in the process that writes the read models of a service, 0 in those that stand by',
    labelNames: ['service'],
    registers,
  });
  const reading = new Reading({
    read: () => Promise.all(projectors.map(({ projector }) => projector.status())),
    everyMs: CHEAP_EVERY_MS,
    onFailed: () => onFailed('projections'),
  });
  return async () => {
    for (const { service, projector } of projectors)
      leads.set({ service }, Number(projector.leads));
    const statuses = await reading.get();
    // What nobody knows is left out: an old figure would look like a log that stands still.
    for (const metric of [lag, checkpoint, stopped]) metric.reset();
    for (const { name: projection, ...status } of statuses?.flat() ?? []) {
      lag.set({ projection }, status.lag);
      checkpoint.set({ projection }, status.checkpoint);
      stopped.set({ projection }, Number(status.status === 'stopped'));
    }
  };
}
