import { Histogram, type Registry } from 'prom-client';
import { BoundedLabel } from './bounded-label.js';

/** Seconds: from a row in memory to a rebuild that somebody waits for. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

type Answered = Readonly<{ method: string; route: string; status: string; seconds: number }>;

export type RequestMetrics = Readonly<{
  /** Hears of an answer to a person; route and status have few values. */
  onAnswered: (answered: Answered) => void;
  /** Hears of a request on the bus that this process made. */
  onRequest: (
    operation: Readonly<{ service: string; name: string }>,
    outcome: string,
    seconds: number,
  ) => void;
}>;

/** Metrics of what is asked of this process, and of what it asks of others. */
export function requestMetrics(registers: Registry[]): RequestMetrics {
  const http = new Histogram({
    name: 'sortie_http_request_duration_seconds',
    help: 'From the first line of a request to the last byte of its answer; of an event stream to its beginning',
    labelNames: ['method', 'route', 'status'],
    buckets: BUCKETS,
    registers,
  });
  const bus = new Histogram({
    name: 'sortie_bus_request_duration_seconds',
    help: 'From a request on the bus to its reply, as the sender sees it',
    labelNames: ['operation', 'outcome'],
    buckets: BUCKETS,
    registers,
  });
  const routes = new BoundedLabel();
  const operations = new BoundedLabel();
  return {
    onAnswered: ({ method, status, seconds, ...said }) =>
      http.observe({ method, route: routes.of(said.route), status }, seconds),
    onRequest: ({ service, name }, outcome, seconds) =>
      bus.observe({ operation: operations.of(`${service}/${name}`), outcome }, seconds),
  };
}
