// Goal: one request is one trace, from the sender to the projection, and its events name the span that appended them.
// Method: the real catalogue on SQLite, traced by OpenTelemetry's SDK, whose spans arrive at a receiver of OTLP over HTTP.
import 'reflect-metadata';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { openLogger } from '#shared/boot/logging.js';
import { openTracing, type Tracing } from '#shared/boot/tracing.js';
import { FindApp, RegisterApp } from '#shared/contracts/catalog.js';
import { inSpan } from '#shared/es/spans.js';
import { parseTraceparent } from '#shared/es/traceparent.js';
import { asked, openCatalogHost, type CatalogHost } from '#test/support/catalog-host.js';
import {
  openOtlpReceiver,
  type OtlpReceiver,
  type ReceivedSpan,
} from '#test/support/otlp-receiver.js';
import { until } from '#test/support/waits.js';

const CLOSE_MS_MAX = 10_000;
const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const sampled = `00-${traceId}-00f067aa0ba902b7-01`;
const unsampled = sampled.replace(/01$/, '00');
const gimp = { id: 'gimp', name: 'Gimp', url: 'https://gimp.example' };
const register = (id = 'gimp') => RegisterApp.data.parse({ ...gimp, id });

let receiver: OtlpReceiver;
let tracing: Tracing;
let host: CatalogHost;
const troubles: string[] = [];

async function open(env: Record<string, string> = {}): Promise<void> {
  const all = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_BSP_SCHEDULE_DELAY: '50', ...env };
  for (const [name, value] of Object.entries(all)) vi.stubEnv(name, value);
  tracing = await openTracing(process.env, {
    ...{ version: '1.2.3', instanceId: 'one' },
    onTrouble: (trouble) => troubles.push(trouble),
  });
  host = await openCatalogHost({ spans: tracing.spans });
}

beforeEach(async () => {
  receiver = await openOtlpReceiver();
  troubles.length = 0;
});
afterEach(async () => {
  await host.close();
  await tracing.close();
  await receiver.close();
  vi.unstubAllEnvs();
});

const traceparentsInLog = async () => {
  const { commits } = await host.log.read({ after: 0 });
  return commits.flatMap(({ events }) => events.map(({ traceparent }) => traceparent));
};
const received = (name: string): ReceivedSpan | undefined =>
  receiver.spans().find((span) => span.name === name);

/** A command's spans are of the sender, the receiver, the append and the projection, and may come in several parts. */
const SPANS = 4;
const hasTrace = (): boolean => receiver.spans().length >= SPANS;

describe('a command', () => {
  it('is one trace: sender, receiver, append and projection, each under the one before', async () => {
    await open();
    await host.bus.request(RegisterApp, register(), asked('admin', { traceparent: sampled }));
    await until('all spans arrive', hasTrace);
    const spans = receiver.spans();
    expect(spans.map(({ kind, name }) => `${kind} ${name}`).toSorted()).toEqual([
      'client catalog/RegisterApp',
      'consumer project catalog',
      'producer append catalog.app',
      'server catalog/RegisterApp',
    ]);
    expect(new Set(spans.map((span) => span.traceId))).toEqual(new Set([traceId]));
    const of = (kind: ReceivedSpan['kind']) => spans.find((span) => span.kind === kind);
    expect(of('client')?.parentSpanId).toBe('00f067aa0ba902b7');
    expect(of('server')?.parentSpanId).toBe(of('client')?.spanId);
    expect(of('producer')?.parentSpanId).toBe(of('server')?.spanId);
    expect(of('consumer')?.parentSpanId).toBe(of('producer')?.spanId);
    expect(await traceparentsInLog()).toEqual([`00-${traceId}-${of('producer')?.spanId}-01`]);
    expect(spans.filter(({ startNs, endNs }) => startNs > endNs || startNs === 0n)).toEqual([]);
  });

  it('says what was done, by the names of OpenTelemetry, and nothing of who did it', async () => {
    await open({ OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test' });
    await host.bus.request(RegisterApp, register(), asked('admin', { ip: '192.0.2.7' }));
    await until('all spans arrive', hasTrace);
    expect(received('append catalog.app')).toMatchObject({
      attributes: {
        'messaging.destination.name': 'sortie.event.catalog.app.gimp',
        'messaging.operation.name': 'append',
        'sortie.append.result': 'appended',
        'sortie.sequence': 1,
      },
      resource: {
        'service.name': 'sortie',
        'service.version': '1.2.3',
        'service.instance.id': 'one',
        'deployment.environment.name': 'test',
      },
    });
    expect(received('catalog/RegisterApp')?.attributes).toEqual({
      'rpc.system.name': 'sortie',
      'rpc.method': 'catalog/RegisterApp',
      'rpc.response.status_code': 'done',
    });
    const told = JSON.stringify(receiver.spans(), (_, value) =>
      typeof value === 'bigint' ? String(value) : value,
    );
    expect(told).not.toMatch(/192\.0\.2\.7|admin-1/);
  });

  it('of a trace that its client does not keep is not kept here either, and says so on', async () => {
    await open();
    await host.bus.request(RegisterApp, register(), asked('admin', { traceparent: unsampled }));
    await host.bus.request(RegisterApp, register('kept'), asked('admin', { traceparent: sampled }));
    await until('the other trace arrives', hasTrace);
    expect(receiver.spans()).toHaveLength(SPANS);
    const [first] = (await traceparentsInLog()).map(parseTraceparent);
    expect(first).toMatchObject({ traceId, isSampled: false });
  });

  it('that a service refuses names the refusal, and its attempt’s event is in the trace, too', async () => {
    await open();
    const reply = await host.bus.request(RegisterApp, register(), asked('user'));
    expect(reply.kind).toBe('rejected');
    await until('all spans arrive', hasTrace);
    expect(received('catalog/RegisterApp')).toMatchObject({
      ...{ failed: false, attributes: { 'rpc.response.status_code': 'Forbidden' } },
    });
    expect(received('append catalog.refusal')).toBeDefined();
  });
});

/** Takes connections, and never answers. */
async function silentServer(): Promise<AddressInfo> {
  const server = createServer(() => undefined).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return server.address() as AddressInfo;
}

describe('a process', () => {
  it('is called what OTEL_SERVICE_NAME says, and keeps what the sampler says', async () => {
    await open({ OTEL_SERVICE_NAME: 'catalogue-2', OTEL_TRACES_SAMPLER: 'always_on' });
    const context = asked('user', { traceparent: unsampled });
    await host.bus.request(FindApp, { app_id: 'gimp' }, context);
    await until('a span arrives', () => received('catalog/FindApp'));
    expect(received('catalog/FindApp')?.resource['service.name']).toBe('catalogue-2');
  });

  it('keeps nothing where the sampler says so', async () => {
    await open({ OTEL_TRACES_SAMPLER: 'always_off' });
    const context = asked('user', { traceparent: sampled });
    await host.bus.request(FindApp, { app_id: 'gimp' }, context);
    await tracing.close();
    expect(receiver.spans()).toEqual([]);
  });

  it('that keeps no traces hands on what the client sent, and makes nothing up', async () => {
    await open({ OTEL_SDK_DISABLED: 'true' });
    await host.bus.request(RegisterApp, register(), asked('admin', { traceparent: sampled }));
    await host.bus.request(RegisterApp, register('other'), asked('admin'));
    expect(await traceparentsInLog()).toEqual([sampled, undefined]);
  });

  it('hands the last spans over when it ends', async () => {
    await open({ OTEL_BSP_SCHEDULE_DELAY: '60000' });
    await host.bus.request(FindApp, { app_id: 'gimp' }, asked('user'));
    expect(receiver.spans()).toEqual([]);
    await tracing.close();
    expect(received('catalog/FindApp')).toBeDefined();
  });

  it('ends in time when nobody takes them, and says that they are lost', async () => {
    const { port } = await silentServer();
    await open({
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
      OTEL_EXPORTER_OTLP_TIMEOUT: '60000',
      OTEL_BSP_SCHEDULE_DELAY: '60000',
    });
    await host.bus.request(FindApp, { app_id: 'gimp' }, asked('user'));
    let isClosed = false;
    void tracing.close().then(() => (isClosed = true));
    // The exporter itself would wait for three times as long or more.
    await until('it has ended', () => isClosed, CLOSE_MS_MAX);
    expect(troubles.join()).not.toBe('');
  });

  it('takes what a request leaves behind for no part of its trace', async () => {
    await open();
    const ask = () => host.bus.request(FindApp, { app_id: 'gimp' }, asked('user'));
    let later: Promise<unknown> | undefined;
    const span = tracing.spans.start('GET /x', { kind: 'server', parent: sampled });
    await inSpan(span, async () => {
      await ask();
      later = setImmediate().then(ask);
    });
    await later;
    await tracing.close();
    const [within, after] = receiver.spans().filter(({ kind }) => kind === 'client');
    expect(within).toMatchObject({
      traceId,
      parentSpanId: parseTraceparent(span.traceparent)?.spanId,
    });
    expect(after?.parentSpanId).toBe('');
    expect(after?.traceId).not.toBe(traceId);
  });

  it('names the span in the log lines that are written in it', async () => {
    await open();
    const written: string[] = [];
    const logger = openLogger({
      ...{ level: 'info', spans: tracing.spans },
      to: { write: (line) => void written.push(line) },
    });
    const span = tracing.spans.start('GET /x', { kind: 'server', parent: sampled });
    await inSpan(span, async () => {
      await setImmediate();
      logger.info('within');
    });
    logger.info('after');
    const [within, after] = written.map((line) => JSON.parse(line));
    expect(within).toMatchObject({
      trace_id: traceId,
      span_id: parseTraceparent(span.traceparent)?.spanId,
    });
    expect(after).not.toHaveProperty('trace_id');
  });
});
