import { once } from 'node:events';
import { connect, type AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';
import { createServer } from './server.js';

let server: FastifyInstance;
const broken: unknown[] = [];

async function open(requestDeadlineMs?: number): Promise<number> {
  server = await createServer({
    isTrustedProxy: () => false,
    onBroken: (error) => broken.push(error),
    ...(requestDeadlineMs && { requestDeadlineMs }),
  });
  const config = { allow: ['anonymous'] as const };
  server.post('/echo', { config }, ({ body }) => ({ body }));
  server.get('/break', { config }, () => {
    throw new Error('a secret of the inside');
  });
  await server.listen({ port: 0, host: '127.0.0.1' });
  return (server.server.address() as AddressInfo).port;
}

afterEach(async () => {
  await server.close();
});

async function answerTo(port: number, bytes: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
  socket.write(bytes);
  await once(socket, 'close');
  return text;
}

describe('the server', () => {
  it('gives up on a body that does not come, with a problem', async () => {
    const port = await open(200);
    const slow = 'content-type: application/json\r\ncontent-length: 50\r\n\r\n{"name": ';
    const answer = await answerTo(port, `POST /echo HTTP/1.1\r\nhost: localhost\r\n${slow}`);
    expect(answer).toMatch(/^HTTP\/1.1 408 /);
    expect(answer).toContain('"code":"RequestTimedOut"');
  });

  it('tells nobody but its owner what broke', async () => {
    const port = await open();
    const response = await fetch(`http://127.0.0.1:${port}/break`);
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain('secret');
    expect(String(broken.at(-1))).toContain('a secret of the inside');
  });

  it('that is closing says so in a problem, and when to come back', async () => {
    const port = await open();
    const socket = connect(port, '127.0.0.1');
    let text = '';
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
    const head = 'HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json';
    // One that is under way keeps the connection open, and the next one comes on it.
    socket.write(`POST /echo ${head}\r\ncontent-length: 2\r\n\r\n{`);
    await once(server.server, 'request');
    const closed = server.close();
    socket.write(`}POST /echo ${head}\r\ncontent-length: 2\r\n\r\n{}`);
    await once(socket, 'close');
    await closed;
    expect(text).toMatch(/^HTTP\/1.1 200 [^]*HTTP\/1.1 503 /);
    expect(text).toContain('application/problem+json');
    expect(text.toLowerCase()).toContain('retry-after: 1');
  });

  it('leaves prototypes alone', async () => {
    const port = await open();
    const body = '{"__proto__": {"polluted": true}}';
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`http://127.0.0.1:${port}/echo`, {
      method: 'POST',
      headers,
      body,
    });
    expect(response.status).toBe(400);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });
});
