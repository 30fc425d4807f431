import { type DestinationStream, type Logger, pino, stdTimeFunctions } from 'pino';
import type { Spans } from '#shared/es/spans.js';
import { withoutSecrets } from './without-secrets.js';

/** Logs one object a line: level by name, time, service, process, and the ids of the trace that it belongs to. */
export type LoggerParts = Readonly<{
  level: string;
  /** Tells this process from the others that run Sortie; its number when absent. */
  processName?: string;
  spans: Pick<Spans, 'current'>;
  /** Where lines go: stderr when absent. */
  to?: DestinationStream;
}>;

/**
 * Makes the log of a process: JSON, so that nothing written into it can look like a line of its own. A line written
 * while a request is being answered has that request's `trace_id`, and `span_id` where traces are kept. What is secret
 * by its name, or inside an address, is left out.
 */
export function openLogger({ level, processName, spans, to }: LoggerParts): Logger {
  return pino(
    {
      level,
      base: { service: 'sortie', process: processName ?? String(process.pid) },
      timestamp: stdTimeFunctions.isoTime,
      formatters: {
        level: (label) => ({ level: label }),
        log: (fields) => withoutSecrets(fields) as Record<string, unknown>,
      },
      mixin: () => {
        const { traceId, spanId } = spans.current() ?? {};
        return { ...(traceId && { trace_id: traceId }), ...(spanId && { span_id: spanId }) };
      },
      // Done by withoutSecrets, which also sees what is deeper.
      serializers: { err: (error: unknown) => error },
      hooks: {
        logMethod(args, method) {
          const shown = args.map((arg) => (typeof arg === 'string' ? withoutSecrets(arg) : arg));
          method.apply(this, shown as typeof args);
        },
      },
    },
    // Synchronous: the last line before an end is the one that is wanted.
    to ?? pino.destination({ dest: 2, sync: true }),
  );
}
