import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { until } from '#test/support/waits.js';
import { openProbes, type Probes, type ProbesParts, type Readiness } from './probes-server.js';

let probes: Probes;
const broken: unknown[] = [];

async function open(parts: Partial<ProbesParts> = {}): Promise<string> {
  probes = await openProbes({
    ...{ port: 0, host: '127.0.0.1' },
    readiness: async () => ({ ready: true, checks: { catalog: 'ok' } }),
    metrics: async () => ({ contentType: 'text/plain; version=0.0.4', text: 'a 1\n' }),
    onBroken: (error) => broken.push(error),
    ...parts,
  });
  return `http://127.0.0.1:${probes.port}`;
}

async function raw(bytes: string): Promise<string> {
  const socket = connect(probes.port, '127.0.0.1');
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
  socket.write(bytes);
  await once(socket, 'close');
  return text;
}

afterEach(() => probes.close());

describe('the probes', () => {
  it('tell that the process runs, whether it is ready, and its figures', async () => {
    const url = await open();
    expect(await (await fetch(`${url}/livez`)).text()).toBe('ok\n');
    const ready = await fetch(`${url}/readyz?verbose`);
    expect([ready.status, await ready.json()]).toEqual([
      200,
      { ready: true, checks: { catalog: 'ok' } },
    ]);
    const metrics = await fetch(`${url}/metrics`);
    expect(metrics.headers.get('content-type')).toBe('text/plain; version=0.0.4');
    expect(await metrics.text()).toBe('a 1\n');
  });

  it.each<[string, Readiness, RegExp]>([
    [
      'a check fails',
      async () => ({ ready: false, checks: { catalog: 'stopped: catalog.apps' } }),
      /stopped: catalog\.apps/,
    ],
    ['none answers', () => new Promise(() => undefined), /no answer within 20 ms/],
    [
      'one breaks',
      async () => {
        throw new Error('a secret of the database');
      },
      /broke; the log has the details/,
    ],
  ])('are 503 when %s, and say which, while the process lives', async (_, readiness, words) => {
    const url = await open({ readiness, readinessDeadlineMs: 20 });
    const answer = await fetch(`${url}/readyz`);
    expect(answer.status).toBe(503);
    const text = await answer.text();
    expect(text).toMatch(words);
    expect(text).not.toContain('secret');
    expect((await fetch(`${url}/livez`)).status).toBe(200);
  });

  it('do their checks once for all who ask at the same time', async () => {
    let checks = 0;
    let finish: () => void = () => undefined;
    const readiness: Readiness = async () => {
      checks += 1;
      await new Promise<void>((resolve) => (finish = resolve));
      return { ready: true, checks: {} };
    };
    await open({ readiness });
    // In one write, so that the server has read the last before it can answer the first.
    const request = 'GET /readyz HTTP/1.1\r\nhost: a\r\n';
    const answers = raw(`${request}\r\n${request}\r\n${request}connection: close\r\n\r\n`);
    await until('the check is under way', () => checks > 0);
    finish();
    expect((await answers).split('HTTP/1.1 200')).toHaveLength(4);
    expect(checks).toBe(1);
  });

  it('have nothing else, take nothing, and answer HEAD', async () => {
    const url = await open();
    expect((await fetch(`${url}/api/apps`)).status).toBe(404);
    const post = await fetch(`${url}/metrics`, { method: 'POST', body: 'x' });
    expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    expect(await raw('GET /livez HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\n\r\nhello')).toMatch(
      /^HTTP\/1.1 413 /,
    );
    const head = await fetch(`${url}/metrics`, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([
      ...[200, '4', ''],
    ]);
  });

  it('cut off large headers and slow requests', async () => {
    await open({ requestDeadlineMs: 100 });
    const large = `GET /livez HTTP/1.1\r\nhost: a\r\nx: ${'x'.repeat(9_000)}\r\n\r\n`;
    expect(await raw(large)).toMatch(/^HTTP\/1.1 431 /);
    expect(await raw('GET /livez HTTP/1.1\r\nhost: a\r\n')).toMatch(/^HTTP\/1.1 408 /);
  });

  it('tell nobody but the log what broke', async () => {
    const url = await open({
      metrics: async () => {
        throw new Error('a secret of the inside');
      },
    });
    const answer = await fetch(`${url}/metrics`);
    expect(answer.status).toBe(500);
    expect(await answer.text()).not.toContain('secret');
    expect(String(broken.at(-1))).toContain('a secret of the inside');
  });

  it('say which port is taken, and how to choose another', async () => {
    await open();
    const taken = createServer();
    taken.listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    await expect(open({ port })).rejects.toThrow(/EADDRINUSE.*SORTIE_PROBES_PORT/);
    taken.close();
  });
});
