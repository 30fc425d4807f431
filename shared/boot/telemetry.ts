import { hostname } from 'node:os';
import type { DestinationStream, Logger } from 'pino';
import { observedLog } from '#shared/adapters/observed-event-log.js';
import { type Metrics, openMetrics } from '#shared/adapters/prometheus-metrics.js';
import type { EventLog } from '#shared/es/event-log.js';
import type { Spans } from '#shared/es/spans.js';
import { openLogger } from './logging.js';
import type { BusTelemetry } from './traced-request.js';
import { openTracing } from './tracing.js';

/** Everything that a process shows of itself: traces, metrics and its log, which name each other. */
export type Telemetry = Readonly<{
  logger: Logger;
  /** For services, and for whoever starts work of its own. */
  spans: Spans;
  metrics: Metrics;
  /** For the bus, whichever it is. */
  bus: BusTelemetry;
  /** For the gateway. */
  requests: Readonly<{ spans: Spans; onAnswered: Metrics['onAnswered'] }>;
  /** The same log, with its appends timed. */
  observed: (log: EventLog) => EventLog;
  /** What was asked for and can't be done, in words for the person at the terminal. */
  warnings: readonly string[];
  /** Hands the last traces over, within a few seconds. */
  close: () => Promise<void>;
}>;

type Parts = Readonly<{
  /** Of which OpenTelemetry's variables are read. */
  env: Readonly<Record<string, string | undefined>>;
  logLevel: string;
  version: string;
  /** Tells this process from the others that run Sortie; host and number when absent. */
  processName?: string;
  /** Where the log goes: stderr when absent. */
  logTo?: DestinationStream;
}>;

/** Opens a process's telemetry; before anything else that may have something to tell. */
export async function openTelemetry(parts: Parts): Promise<Telemetry> {
  const { env, logLevel: level, version, logTo: to } = parts;
  const processName = parts.processName ?? `${hostname()}-${process.pid}`;
  const trouble: { tell: (message: string) => void } = { tell: () => undefined };
  const { spans, warnings, close } = await openTracing(env, {
    ...{ version, instanceId: processName },
    onTrouble: (message) => trouble.tell(message),
  });
  const logger = openLogger({ level, processName, spans, ...(to && { to }) });
  trouble.tell = (message) => logger.warn({ trouble: message }, 'Traces can not be handed over');
  const metrics = openMetrics({ version });
  return {
    ...{ logger, spans, metrics, warnings, close },
    bus: { spans, onRequest: metrics.onRequest },
    requests: { spans, onAnswered: metrics.onAnswered },
    observed: (log) => observedLog(log, metrics.onAppend),
  };
}
