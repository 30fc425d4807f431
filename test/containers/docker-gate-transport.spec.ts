// Goal: what speaks to the gate badly, slowly or in another tongue gets no further than the gate, and costs it little.
// Method: bytes over real sockets, in front of a real engine or of a socket at which nobody answers.
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BODY_BYTES_MAX, CONNECTIONS_MAX } from '#services/cli/docker-gate/gate-settings.js';
import { ENGINE_PATH, GateStage, sendBytes } from '#test/support/docker-gate-stage.js';
import { until } from '#test/support/waits.js';

let stage: GateStage;
const opened: Socket[] = [];
beforeEach(async () => {
  stage = await GateStage.open({
    // Short enough to wait for, and long enough for who is not slow on a busy machine.
    times: { headMs: 1_500, requestMs: 3_000, stallMs: 1_000, drainMs: 1_000 },
  });
});
afterEach(async () => {
  for (const socket of opened.splice(0)) socket.destroy();
  await stage.close();
});

const send = (...lines: string[]) => sendBytes(stage.listenPath, lines.join('\r\n'));
const open = async (): Promise<Socket> => {
  const socket = connect(stage.listenPath);
  opened.push(socket);
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
};

describe('a request that two programs could read differently', () => {
  const SMUGGLED = 'POST /containers/prune HTTP/1.1\r\nHost: x\r\n\r\n';

  it.each([
    [
      'two lengths',
      ['POST /volumes/create HTTP/1.1', 'Host: x', 'Content-Length: 0', 'Content-Length: 44'],
    ],
    [
      'length and chunks',
      [
        'POST /volumes/create HTTP/1.1',
        'Host: x',
        'Content-Length: 4',
        'Transfer-Encoding: chunked',
      ],
    ],
    [
      'chunks, spelt oddly',
      ['POST /volumes/create HTTP/1.1', 'Host: x', 'Transfer-Encoding: xchunked'],
    ],
    ['a name with a space', ['POST /volumes/create HTTP/1.1', 'Host: x', 'Content-Length : 44']],
    ['a folded line', ['GET /_ping HTTP/1.1', 'Host: x', 'X: y', ' Content-Length: 44']],
    ['no host', ['GET /_ping HTTP/1.1']],
  ])('is refused: %s', async (_, head) => {
    const answer = await send(...head, '', `0\r\n\r\n${SMUGGLED}`);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).not.toContain('200 OK');
  });

  it('has what follows it read as a request of its own', async () => {
    const ping = 'GET /_ping HTTP/1.1\r\nHost: x\r\n\r\n';
    const answer = await sendBytes(stage.listenPath, ping + SMUGGLED + ping);
    expect(answer.match(/^HTTP\/1\.1 \d+/gm)).toEqual([
      'HTTP/1.1 200',
      'HTTP/1.1 403',
      'HTTP/1.1 200',
    ]);
  });

  it('is refused with a whole address, and with one to connect to', async () => {
    const whole = await send(
      'GET http://docker/info HTTP/1.1',
      'Host: x',
      'Connection: close',
      '',
      '',
    );
    expect(whole).toMatch(/^HTTP\/1\.1 403 /);
    const connecting = await send('CONNECT docker:80 HTTP/1.1', 'Host: x', '', '');
    expect(connecting).toMatch(/^HTTP\/1\.1 403 /);
  });
});

describe('taking a connection over', () => {
  it.each(['/containers/x/attach?stream=1', '/exec/x/start', '/session', '/grpc', '/_ping'])(
    'is refused on %s',
    async (path) => {
      const head = [`POST ${path} HTTP/1.1`, 'Host: x', 'Connection: Upgrade', 'Upgrade: tcp'];
      const answer = await send(...head, '', 'id\n');
      expect(answer).toMatch(/^HTTP\/1\.1 403 /);
      expect(answer).toContain('no connection can be taken over');
      expect(stage.told.at(-1)).toMatchObject({ status: 403 });
    },
  );
});

describe('too much', () => {
  it('of a head is refused', async () => {
    const answer = await send('GET /_ping HTTP/1.1', 'Host: x', `X: ${'y'.repeat(20_000)}`, '', '');
    expect(answer).toMatch(/^HTTP\/1\.1 431 /);
  });

  it('of a body is refused, also when it does not say how long it is', async () => {
    const raw = `"${'y'.repeat(BODY_BYTES_MAX)}"`;
    const { status } = await stage.ask('POST', '/volumes/create', { raw });
    expect(status).toBe(413);
    const chunked = { raw, headers: { 'transfer-encoding': 'chunked' } };
    expect((await stage.ask('POST', '/volumes/create', chunked)).status).toBe(413);
  });

  it('of connections is refused, and there is room again when some have left', async () => {
    const many = await Promise.all(Array.from({ length: CONNECTIONS_MAX }, open));
    const oneMore = await open();
    await once(oneMore, 'close');
    expect(oneMore.bytesRead).toBe(0);
    for (const socket of many) socket.destroy();
    await until('there is room', async () => {
      const answered = await stage.ask('GET', '/_ping').catch(() => undefined);
      return answered?.status === 200;
    });
  });
});

describe('too slow', () => {
  it.each([
    ['nothing at all', ''],
    ['half a head', 'GET /_ping HTTP/1.1\r\nHo'],
    ['half a body', 'POST /volumes/create HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{'],
  ])('is cut off: %s', async (_, bytes) => {
    const began = performance.now();
    // Who is not cut off goes on until then.
    await sendBytes(stage.listenPath, bytes, 60_000);
    expect(performance.now() - began).toBeLessThan(30_000);
  });

  it('a reader of a log that never ends is cut off when it takes nothing, and costs no memory', async () => {
    const session = await stage.newSession();
    const name = `sortie-${session}-display`;
    const body = stage.display(session);
    const made = await stage.makeDisplay(session, { ...body, Cmd: ['yes', 'x'.repeat(1_000)] });
    expect(made.status).toBe(201);
    await stage.ask('POST', `/containers/${name}/start`);
    const before = process.memoryUsage().rss;
    const reader = await open();
    reader.pause();
    reader.write(`GET /containers/${name}/logs?stdout=1&follow=1 HTTP/1.1\r\nHost: x\r\n\r\n`);
    // A few times what it takes to be cut off.
    await delay(4_000);
    expect(process.memoryUsage().rss - before).toBeLessThan(64 * 1_024 ** 2);
    reader.resume();
    await once(reader, 'close');
  });
});

describe('events', () => {
  const listeners = async (): Promise<unknown> =>
    (await stage.engine('GET', '/info')).json['NEventsListener'];

  it('come as they happen, of own containers only, and end at the engine when the listener leaves', async () => {
    const session = await stage.newSession();
    const filters = encodeURIComponent('{"type":["container"]}');
    const before = await listeners();
    let text = '';
    const path = `/events?filters=${filters}`;
    const asked = request({ socketPath: stage.listenPath, path, agent: false }, (answer) => {
      answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      answer.on('error', () => undefined);
    });
    asked.on('error', () => undefined);
    asked.end();
    // The head is there before anything happens.
    await once(asked, 'response');
    await delay(1_000);
    const other = await stage.engine('POST', '/containers/create?name=sortie-test-f-other', {
      Image: stage.image,
    });
    await stage.makeDisplay(session);
    await until('the event', () => text.includes(`sortie-${session}-display`));
    expect(text).not.toContain('sortie-test-f-other');
    expect(await listeners()).toBe(Number(before) + 1);
    asked.destroy();
    await until('the engine has no listener', async () => (await listeners()) === before);
    await stage.engine('DELETE', `/containers/${other.json.Id}`);
  });
});

describe('an engine', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sortie-engine-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('that is away is told of, and is found when it is back', async () => {
    const enginePath = join(folder, 'engine.sock');
    const other = await GateStage.open({ enginePath });
    const asked = await other.ask('GET', '/_ping');
    expect([asked.status, asked.json.message]).toEqual([
      503,
      expect.stringContaining('does not answer'),
    ]);
    const relay = createServer((socket) => {
      const engine = connect(ENGINE_PATH);
      socket.pipe(engine).pipe(socket);
      engine.on('error', () => socket.destroy());
      socket.on('error', () => engine.destroy());
    }).listen(enginePath);
    await once(relay, 'listening');
    expect((await other.ask('GET', '/_ping')).text).toBe('OK');
    await other.close();
    relay.close();
  });

  it('that hangs is not waited for', async () => {
    const enginePath = join(folder, 'engine.sock');
    const hanging = createServer((socket) => void opened.push(socket)).listen(enginePath);
    await once(hanging, 'listening');
    const slow = stage.over.times ?? {};
    // Nothing hangs while the gate starts: it would look at its containers first.
    const other = await GateStage.open({ enginePath: join(folder, 'none'), times: slow });
    await other.stop();
    Object.assign(other.over, { enginePath, times: { ...slow, engineMs: 300 } });
    const starting = other.start();
    await until('it looks', () => opened.length > 0);
    for (const socket of opened.splice(0)) socket.destroy();
    await starting;
    const asked = await other.ask('GET', '/_ping');
    expect([asked.status, Object.keys(asked.json)]).toEqual([503, ['message']]);
    await other.close();
    hanging.close();
  });
});
