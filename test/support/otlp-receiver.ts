import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { wireFields } from './protobuf.js';

type Attribute = string | number | boolean | undefined;
type Attributes = Readonly<Record<string, Attribute>>;

/** A span as opentelemetry/proto/trace/v1/trace.proto has it. */
export type ReceivedSpan = Readonly<{
  traceId: string;
  spanId: string;
  /** Empty for the first of a trace. */
  parentSpanId: string;
  name: string;
  kind: 'internal' | 'server' | 'client' | 'producer' | 'consumer';
  startNs: bigint;
  endNs: bigint;
  attributes: Attributes;
  failed: boolean;
  resource: Attributes;
}>;

export type OtlpReceiver = Readonly<{
  /** For OTEL_EXPORTER_OTLP_ENDPOINT. */
  url: string;
  spans: () => readonly ReceivedSpan[];
  /** Headers of the requests so far. */
  headers: () => readonly IncomingMessage['headers'][];
  close: () => Promise<void>;
}>;

const KINDS = ['internal', 'internal', 'server', 'client', 'producer', 'consumer'] as const;
const ERROR = 2n;

/**
 * Receives traces as a collector does: OTLP over HTTP, binary protobuf, POST /v1/traces. It is no collector: it reads
 * the fields of the schema that the tests look at, by their numbers, and answers with an empty success.
 */
export async function openOtlpReceiver(): Promise<OtlpReceiver> {
  const spans: ReceivedSpan[] = [];
  const headers: IncomingMessage['headers'][] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const isTraces = request.method === 'POST' && request.url === '/v1/traces';
      const isProtobuf = request.headers['content-type'] === 'application/x-protobuf';
      if (!isTraces || !isProtobuf) return response.writeHead(400).end();
      headers.push(request.headers);
      spans.push(...spansIn(Buffer.concat(chunks)));
      return response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    spans: () => spans,
    headers: () => headers,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** ExportTraceServiceRequest → ResourceSpans → ScopeSpans → Span. */
export function spansIn(request: Buffer): ReceivedSpan[] {
  return messages(request, 1).flatMap((resourceSpans) => {
    const resource = attributesOf(messages(resourceSpans, 1)[0] ?? Buffer.alloc(0), 1);
    return messages(resourceSpans, 2)
      .flatMap((scopeSpans) => messages(scopeSpans, 2))
      .map((span) => spanOf(span, resource));
  });
}

function spanOf(span: Buffer, resource: Attributes): ReceivedSpan {
  const [status = Buffer.alloc(0)] = messages(span, 15);
  return {
    traceId: bytes(span, 1).toString('hex'),
    spanId: bytes(span, 2).toString('hex'),
    parentSpanId: bytes(span, 4).toString('hex'),
    name: bytes(span, 5).toString(),
    kind: KINDS[Number(number(span, 6))] ?? 'internal',
    startNs: number(span, 7),
    endNs: number(span, 8),
    attributes: attributesOf(span, 9),
    failed: number(status, 3) === ERROR,
    resource,
  };
}

function attributesOf(message: Buffer, field: number): Attributes {
  return Object.fromEntries(
    messages(message, field).map((keyValue) => [
      bytes(keyValue, 1).toString(),
      valueOf(messages(keyValue, 2)[0] ?? Buffer.alloc(0)),
    ]),
  );
}

/** AnyValue: string 1, bool 2, int 3; the tests need no others. */
function valueOf(any: Buffer): Attribute {
  const [found] = wireFields(any);
  if (found?.value instanceof Buffer) return found.value.toString();
  return found?.field === 2 ? found.value === 1n : Number(found?.value);
}

const all = (message: Buffer, field: number) =>
  wireFields(message).filter((one) => one.field === field);
const messages = (message: Buffer, field: number): Buffer[] =>
  all(message, field).map(({ value }) => value as Buffer);
const bytes = (message: Buffer, field: number): Buffer =>
  messages(message, field)[0] ?? Buffer.alloc(0);
const number = (message: Buffer, field: number): bigint =>
  (all(message, field)[0]?.value as bigint | undefined) ?? 0n;
