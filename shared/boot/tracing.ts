import { untracedSpans } from '#shared/adapters/untraced-spans.js';
import type { Spans } from '#shared/es/spans.js';

const SPOKEN = 'http/protobuf';

export type Tracing = Readonly<{
  spans: Spans;
  /** What was asked for and can't be done, in words for the person at the terminal. */
  warnings: readonly string[];
  /** Hands the last spans over, within a few seconds. */
  close: () => Promise<void>;
}>;

type Parts = Readonly<{
  version: string;
  /** Tells this process from the others that run Sortie. */
  instanceId: string;
  /** Hears why traces can't be handed over, once a minute at most. */
  onTrouble: (message: string) => void;
}>;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Turns traces on when OpenTelemetry's own variables ask for them: an OTLP endpoint, or OTEL_TRACES_EXPORTER=otlp. The
 * SDK reads the rest of them from the process's environment by itself; where nobody asks, it is not even loaded.
 */
export async function openTracing(env: Environment, parts: Parts): Promise<Tracing> {
  const said: Said = (...names) => names.map((name) => env[name]?.trim() ?? '').find(Boolean) ?? '';
  const mistake = isAskedFor(said) ? mistakeIn(said) : undefined;
  if (!isAskedFor(said) || mistake !== undefined) {
    const warnings = mistake === undefined ? [] : [`No traces are kept: ${mistake}`];
    return { spans: untracedSpans(), warnings, close: async () => undefined };
  }
  const { openOtelSpans } = await import('#shared/adapters/otel-spans.js');
  return { ...openOtelSpans({ serviceName: 'sortie', ...parts }), warnings: [] };
}

/** The first of these variables that says something; empty when none does. */
type Said = (...names: string[]) => string;

const ENDPOINTS = ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'OTEL_EXPORTER_OTLP_ENDPOINT'];
const PROTOCOLS = ['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', 'OTEL_EXPORTER_OTLP_PROTOCOL'];

function isAskedFor(said: Said): boolean {
  if (said('OTEL_SDK_DISABLED').toLowerCase() === 'true') return false;
  const exporter = said('OTEL_TRACES_EXPORTER');
  return exporter === '' ? said(...ENDPOINTS) !== '' : exporter !== 'none';
}

function mistakeIn(said: Said): string | undefined {
  const exporter = said('OTEL_TRACES_EXPORTER') || 'otlp';
  if (exporter !== 'otlp') {
    return `OTEL_TRACES_EXPORTER is "${exporter}", and Sortie knows "otlp" and "none".`;
  }
  const protocol = said(...PROTOCOLS) || SPOKEN;
  if (protocol !== SPOKEN) {
    return `OTEL_EXPORTER_OTLP_PROTOCOL is "${protocol}", and Sortie speaks ${SPOKEN} (a collector's port 4318).`;
  }
  const endpoint = said(...ENDPOINTS);
  const isUsable = endpoint === '' || (URL.canParse(endpoint) && /^https?:/.test(endpoint));
  // The endpoint itself may hold a password.
  return isUsable ? undefined : 'the OTLP endpoint is none; write one like http://localhost:4318.';
}
