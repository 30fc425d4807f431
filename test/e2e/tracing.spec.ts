// Goal: a client's request is one trace, from its first byte into the read models, and what breaks is found by its id.
// Method: the built server in a process of its own; its spans arrive at a receiver of OTLP over HTTP in this one.
import { join } from 'node:path';
import { Database } from '#shared/adapters/sqlite-library.js';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openOtlpReceiver, type OtlpReceiver } from '#test/support/otlp-receiver.js';
import { oneTrace } from '#test/support/one-trace.js';
import { administrator } from '#test/support/people.js';
import { sortieFolders, startSortie, type Sortie } from '#test/support/sortie.js';
import { until } from '#test/support/waits.js';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const parentSpanId = '00f067aa0ba902b7';
const traceparent = `00-${traceId}-${parentSpanId}-01`;
/** The SDK takes a span's start from a clock of whole milliseconds. */
const CLOCK_NS = 2_000_000n;
const gimp = { id: 'gimp', name: 'Gimp', url: 'https://gimp.example' };

let folders: Awaited<ReturnType<typeof sortieFolders>>;
let receiver: OtlpReceiver;
let sortie: Sortie | undefined;
beforeAll(async () => {
  folders = await sortieFolders();
  receiver = await openOtlpReceiver();
});
afterEach(async () => {
  await sortie?.end();
});
afterAll(async () => {
  await receiver.close();
  await folders.remove();
});

const { arrived, one } = oneTrace(() => receiver, traceId);
/** The whole lines so far. */
const linesOf = ({ output }: Pick<Sortie, 'output'>) =>
  output()
    .split('\n')
    .slice(0, -1)
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));

describe('with traces', () => {
  it('one POST is one trace: HTTP, bus, handler, append and projection, each under the one before', async () => {
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_BSP_SCHEDULE_DELAY: '50' };
    sortie = await startSortie({ ...folders, env });
    const admin = await administrator(sortie);
    const { status } = await admin.post('/api/apps', gimp, { traceparent });
    expect(status).toBe(201);
    // They are sent now and then, in the order in which they end.
    await arrived([
      ['server', 'POST /api/apps'],
      ['client', 'identity/Authenticate'],
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
    expect(http.parentSpanId).toBe(parentSpanId);
    expect(sent.parentSpanId).toBe(http.spanId);
    expect(handled.parentSpanId).toBe(sent.spanId);
    expect(appended.parentSpanId).toBe(handled.spanId);
    for (const name of ['project catalog', 'project audit']) {
      expect(one('consumer', name).parentSpanId, name).toBe(appended.spanId);
    }
    // Who asks is found out within the same request.
    expect(one('client', 'identity/Authenticate').parentSpanId).toBe(http.spanId);
    expect(http.attributes).toMatchObject({
      ...{ 'http.request.method': 'POST', 'http.route': '/api/apps', 'url.path': '/api/apps' },
      'http.response.status_code': 201,
    });
    expect(http.resource).toMatchObject({ 'service.name': 'sortie' });
    for (const inner of [sent, handled, appended]) {
      const isWithin = inner.startNs >= http.startNs && inner.endNs <= http.endNs + CLOCK_NS;
      expect(isWithin, inner.name).toBe(true);
    }
  });

  it('the last spans arrive when the server is ended, and a path has no query in a trace', async () => {
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_BSP_SCHEDULE_DELAY: '60000' };
    sortie = await startSortie({ ...folders, env }, sortie?.password);
    const response = await fetch(`${sortie.url}/api/apps?cursor=hunter2`);
    expect(response.status).toBe(401);
    await sortie.end();
    const found = receiver.spans().find(({ name }) => name === 'GET /api/apps');
    expect(found?.attributes).toMatchObject({
      'http.response.status_code': 401,
      'url.path': '/api/apps',
    });
    expect(found?.parentSpanId).toBe('');
  });
});

describe('without traces', () => {
  it('the log line of a request that breaks has the trace id that its client sent, and so has the answer', async () => {
    sortie = await startSortie(folders, sortie?.password);
    const admin = await administrator(sortie);
    const catalog = new Database(join(folders.dataPath, 'catalog.db'));
    catalog.exec('ALTER TABLE applications RENAME TO gone');
    const broken = await admin.get('/api/apps', { headers: { traceparent } });
    catalog.exec('ALTER TABLE gone RENAME TO applications');
    catalog.close();
    expect(broken).toMatchObject({ status: 500, body: { code: 'Internal', traceId } });
    expect(JSON.stringify(broken.body)).not.toContain('applications');
    // What is printed before an answer may be read after it.
    const { output } = sortie;
    const line = await until('it is told', () =>
      linesOf({ output }).find(({ level }) => level === 'error'),
    );
    expect(line).toMatchObject({
      trace_id: traceId,
      service: 'sortie',
      msg: 'GET /api/apps broke',
    });
    expect(line.err.message).toContain('applications');
  });

  it('a request that comes without one has an id all the same, which is in its events', async () => {
    sortie = await startSortie(folders, sortie?.password);
    const admin = await administrator(sortie);
    const refused = await admin.post('/api/apps', { id: 'gimp' });
    expect(refused.body.traceId).toMatch(/^[0-9a-f]{32}$/);
    const other = await admin.post('/api/apps', { id: 'gimp' });
    expect(other.body.traceId).not.toBe(refused.body.traceId);
    const forged = { traceparent: `${traceparent}\u{9}x` };
    const third = await admin.post('/api/apps', { id: 'gimp' }, forged);
    expect(third.body.traceId).not.toBe(traceId);
  });
});
