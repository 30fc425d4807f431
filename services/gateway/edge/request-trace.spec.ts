import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';
import { untracedSpans } from '#shared/adapters/untraced-spans.js';
import type { Spans } from '#shared/es/spans.js';
import { recordedSpans } from '#test/support/recorded-spans.js';
import { until } from '#test/support/waits.js';
import type { Answered } from './request-trace.js';
import { createServer } from './server.js';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const traceparent = `00-${traceId}-00f067aa0ba902b7-01`;
const config = { allow: ['anonymous'] as const };

let server: FastifyInstance;
let heard: Answered[];

async function open(spans: Spans): Promise<string> {
  heard = [];
  const onAnswered = (answered: Answered) => void heard.push(answered);
  server = await createServer({
    isTrustedProxy: () => false,
    onBroken: () => broken.push(spans.current()?.traceId),
    telemetry: { spans, onAnswered },
  });
  server.post('/things/:id', { config }, async ({ trace }) => ({
    ...{ id: spans.current()?.traceId, correlation: trace.correlationId },
  }));
  server.get('/break', { config }, async () => {
    await setImmediate();
    throw new Error('x');
  });
  server.get('/stream', { config }, (request, reply) => {
    reply.hijack();
    reply.raw.writeHead(200);
    reply.raw.write('first');
    request.trace.answered(200);
  });
  server.get('/never', { config }, () => new Promise(() => undefined));
  await server.listen({ port: 0, host: '127.0.0.1' });
  return `http://127.0.0.1:${(server.server.address() as AddressInfo).port}`;
}

const broken: (string | undefined)[] = [];
const body = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"a":1}' };
afterEach(() => server.close());

describe('a request', () => {
  it('is a span by its route, from its sender’s, until its answer is sent', async () => {
    const { spans, recorded } = recordedSpans();
    const url = await open(spans);
    const headers = { ...body.headers, traceparent };
    await fetch(`${url}/things/7?ticket=hunter2`, { ...body, headers });
    await until('the span ends', () => recorded[0]?.ends === 1);
    expect(recorded).toMatchObject([
      {
        ...{ name: 'POST /things/:id', kind: 'server', parent: traceparent, failed: undefined },
        attributes: {
          ...{ 'http.route': '/things/:id', 'url.path': '/things/7', 'url.scheme': 'http' },
          ...{ 'http.request.method': 'POST', 'http.response.status_code': 200 },
        },
      },
    ]);
    expect(JSON.stringify(recorded)).not.toContain('hunter2');
    expect(heard).toMatchObject([{ method: 'POST', route: '/things/:id', status: '200' }]);
  });

  it('that breaks is a failed span; one that is refused is not', async () => {
    const { spans, recorded } = recordedSpans();
    const url = await open(spans);
    await fetch(`${url}/break`);
    await fetch(`${url}/nothing/here`);
    await until('both end', () => heard.length === 2);
    expect(recorded.map(({ name, failed }) => [name, failed])).toEqual([
      ['GET /break', '500'],
      ['GET', undefined],
    ]);
    expect(heard[1]).toMatchObject({ route: 'none', status: '404' });
  });

  it('whose client goes away ends, too', async () => {
    const { spans, recorded } = recordedSpans();
    const { port } = new URL(await open(spans));
    const socket = connect(Number(port), '127.0.0.1');
    socket.write('GET /never HTTP/1.1\r\nhost: localhost\r\n\r\n');
    await until('it is under way', () => recorded.length === 1);
    socket.destroy();
    await until('it ends', () => heard.length === 1);
    expect(heard).toMatchObject([{ route: '/never', status: 'aborted' }]);
    expect(recorded).toMatchObject([{ ends: 1, failed: 'aborted' }]);
  });

  it('for a stream is answered when the stream begins, and once', async () => {
    const { spans, recorded } = recordedSpans();
    const { port } = new URL(await open(spans));
    const socket = connect(Number(port), '127.0.0.1');
    socket.write('GET /stream HTTP/1.1\r\nhost: localhost\r\n\r\n');
    await once(socket, 'data');
    await until('it is answered', () => heard.length === 1);
    expect(recorded).toMatchObject([{ ends: 1 }]);
    socket.destroy();
    await once(socket, 'close');
    await fetch(`http://127.0.0.1:${port}/break`);
    await until('the next one is heard', () => heard.some(({ route }) => route === '/break'));
    expect(heard.map(({ route }) => route)).toEqual(['/stream', '/break']);
  });

  it('is known by its id in what it runs after its body has arrived, and in what is told of its end', async () => {
    const url = await open(untracedSpans());
    const sent = await fetch(`${url}/things/7`, {
      ...body,
      headers: { ...body.headers, traceparent },
    });
    expect(await sent.json()).toMatchObject({ id: traceId });
    const answer = await fetch(`${url}/things/7`, body);
    const made = (await answer.json()) as { id: string; correlation: string };
    expect(made.id).toBe(made.correlation.replaceAll('-', ''));
    await fetch(`${url}/break`, { headers: { traceparent } });
    expect(broken.at(-1)).toBe(traceId);
  });

  it.each(['x', `${traceparent}, ${traceparent}`, traceparent.replace('00-', 'ff-')])(
    'with the traceparent %s starts a trace of its own',
    async (sent) => {
      const { spans, recorded } = recordedSpans();
      const url = await open(spans);
      await fetch(`${url}/break`, { headers: { traceparent: sent } });
      expect(recorded[0]?.parent).toBeUndefined();
    },
  );
});
