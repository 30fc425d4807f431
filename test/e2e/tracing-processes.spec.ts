// Goal: a request that crosses processes is one trace, and what breaks in a service is found by the id that its client has.
// Method: a gateway and the services in two built processes, with a real NATS, JetStream and PostgreSQL between them.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DistributedStage, startDistributed } from '#test/support/distributed-stage.js';
import {
  openOtlpReceiver,
  type OtlpReceiver,
  type ReceivedSpan,
} from '#test/support/otlp-receiver.js';
import { oneTrace } from '#test/support/one-trace.js';
import { Client } from '#test/support/client.js';
import { until } from '#test/support/waits.js';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const parentSpanId = '00f067aa0ba902b7';
const traceparent = `00-${traceId}-${parentSpanId}-01`;
const unsampled = traceparent.replace(/01$/, '00');

let receiver: OtlpReceiver;
let stage: DistributedStage<'gateway' | 'services'>;
let admin: Client;
beforeAll(async () => {
  receiver = await openOtlpReceiver();
  stage = await startDistributed({
    processes: { services: ['identity', 'catalog', 'session', 'audit'], gateway: ['gateway'] },
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_BSP_SCHEDULE_DELAY: '50' },
    postgresSettings: { fsync: 'off' },
  });
  admin = await new Client(stage.processes.gateway.url).signIn('admin', stage.password);
});
afterAll(async () => {
  await stage?.close();
  await receiver.close();
});

const { arrived, one } = oneTrace(() => receiver, traceId);

describe('a request across processes', () => {
  it('is one trace, from the gateway’s first byte to the services’ projections', async () => {
    const gimp = { id: 'gimp', name: 'Gimp', url: 'https://gimp.example' };
    expect((await admin.post('/api/apps', gimp, { traceparent })).status).toBe(201);
    // Each process sends its own now and then, in no order.
    await arrived([
      ['server', 'POST /api/apps'],
      ['client', 'catalog/RegisterApp'],
      ['server', 'catalog/RegisterApp'],
      ['producer', 'append catalog.app'],
      ['consumer', 'project catalog'],
      ['consumer', 'project audit'],
    ]);
    const http = one('server', 'POST /api/apps');
    const sent = one('client', 'catalog/RegisterApp');
    const handled = one('server', 'catalog/RegisterApp');
    const appended = one('producer', 'append catalog.app');
    const projected = [one('consumer', 'project catalog'), one('consumer', 'project audit')];
    expect(http.parentSpanId).toBe(parentSpanId);
    expect(sent.parentSpanId).toBe(http.spanId);
    expect(handled.parentSpanId).toBe(sent.spanId);
    expect(appended.parentSpanId).toBe(handled.spanId);
    for (const span of projected) expect(span.parentSpanId, span.name).toBe(appended.spanId);
    const processOf = ({ resource }: ReceivedSpan) => resource['service.instance.id'];
    expect(processOf(sent)).toBe(processOf(http));
    expect(processOf(handled)).not.toBe(processOf(http));
    for (const span of [appended, ...projected]) expect(processOf(span)).toBe(processOf(handled));
    const commits = await stage.log();
    const stored = JSON.stringify(commits.filter(({ stream }) => stream.endsWith('.app.gimp')));
    expect(stored).toContain(`00-${traceId}-${appended.spanId}-01`);
  });

  it('that breaks in a service is told there, with the trace id that its client sent', async () => {
    const rename = (from: string, to: string) =>
      stage.postgres.sql(`ALTER TABLE sortie_catalog.applications RENAME COLUMN ${from} TO ${to}`);
    await rename('id', 'gone');
    const broken = await admin.get('/api/apps', { headers: { traceparent: unsampled } });
    await rename('gone', 'id');
    expect(broken).toMatchObject({ status: 500, body: { code: 'Internal', traceId } });
    /** What is printed before an answer may be read after it. */
    const lines = (name: 'gateway' | 'services') =>
      until(`${name} tells of it`, () => {
        const found = stage.processes[name].output
          .split('\n')
          .slice(0, -1)
          .filter((line) => line.startsWith('{') && line.includes('"level":"error"'));
        return found.length > 0 && found.map((line) => JSON.parse(line));
      });
    expect(await lines('gateway')).toMatchObject([
      { trace_id: traceId, msg: 'GET /api/apps broke' },
    ]);
    const [told] = await lines('services');
    expect(told).toMatchObject({ trace_id: traceId, msg: 'A request broke' });
    expect(told.err.message).toMatch(/column .*id.* does not exist/);
  });
});
