// Goal: a tree head gets to syslog, off the host, as RFC 5424 has it, over each way there is; and what can't be reached
// holds nothing up.
// Method: real sockets on this machine that take what a syslog would take.
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { headOf, type TreeHead } from '#shared/contracts/tree-head.js';
import { auditSettingsOf, auditVariables } from '#services/audit/config.js';
import { syslogHeadPlace, type SyslogAddress } from '#services/audit/adapters/syslog-place.js';
import { openSignedTrail } from '#test/support/signed-trail.js';
import { until } from '#test/support/waits.js';
import { z } from 'zod';

const head: TreeHead = {
  ...{ number: 7, size: 1_234, root: 'a'.repeat(64), time: '2026-11-21T08:00:00.123Z' },
  ...{ log: 'l-1', previous: 'b'.repeat(64), key: 'c'.repeat(64), signature: 'd'.repeat(128) },
};
const RFC_5424 = /^<109>1 2026-11-21T08:00:00\.123Z (\S+) sortie (\d+) TREEHEAD - (\{.*\})$/;

function expectMessage(message: string): void {
  const [, host, pid, text] = RFC_5424.exec(message) ?? [];
  expect([host, pid]).toEqual([hostname(), String(process.pid)]);
  expect(headOf(text ?? '')).toEqual(head);
}

let folder: string;
let close: (() => void)[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sortie-syslog-'));
  close = [];
});
afterEach(async () => {
  for (const one of close) one();
  await rm(folder, { recursive: true });
});

/** Takes streams, and resolves with the frames of each: their length, a space, and so many bytes. */
async function streamServer(at: { port: number; host: string } | { path: string }) {
  const received: string[] = [];
  const server: Server = createServer((socket) => {
    let text = '';
    socket.on('data', (chunk) => (text += chunk.toString()));
    socket.on('end', () => received.push(text));
  });
  server.listen(at);
  await once(server, 'listening');
  close.push(() => server.close());
  return { server, received };
}

describe('a head', () => {
  it('is a datagram over UDP', async () => {
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    close.push(() => socket.close());
    const message = once(socket, 'message');
    const place = syslogHeadPlace({ kind: 'udp', host: '127.0.0.1', port: socket.address().port });
    await place.append(head);
    const [bytes] = (await message) as [Buffer];
    expectMessage(bytes.toString());
    expect(place.read).toBeUndefined();
  });

  it.each(['tcp', 'unix'] as const)('has its length in front over %s', async (kind) => {
    const path = join(folder, 'log.sock');
    const at = kind === 'unix' ? { path } : { port: 0, host: '127.0.0.1' };
    const { server, received } = await streamServer(at);
    const found = server.address();
    const port = typeof found === 'object' && found ? found.port : 0;
    const address: SyslogAddress =
      kind === 'unix' ? { kind, path } : { kind, host: '127.0.0.1', port };
    await syslogHeadPlace(address).append(head);
    const [, length, message = ''] = /^(\d+) ([^]*)$/.exec(received[0] ?? '') ?? [];
    expect(Number(length)).toBe(Buffer.byteLength(message));
    expectMessage(message);
  });

  it.each([
    [{ kind: 'tcp', host: '127.0.0.1', port: 1 }, /ECONNREFUSED/],
    [{ kind: 'unix', path: '/nowhere/log' }, /ENOENT/],
    [{ kind: 'udp', host: 'no-such-host.invalid', port: 514 }, /ENOTFOUND|EAI_AGAIN/],
  ] as const)('that can not get to %j is told', async (address, why) => {
    await expect(syslogHeadPlace(address).append(head)).rejects.toThrow(why);
  });
});

it('every head gets to a syslog that was away for a while, in order', async () => {
  const path = join(folder, 'log.sock');
  const trail = await openSignedTrail();
  try {
    const { append, signed, notary, told } = await trail.start({
      headsTo: [{ kind: 'unix', path }],
    });
    await append(1);
    await signed(1);
    await append(1);
    await signed(2);
    expect(notary.copies.at(-1)).toMatchObject({ place: `syslog+unix:${path}`, number: 0 });
    const { received } = await streamServer({ path });
    await until('both', () => received.length >= 2);
    const numbers = received.map((text) => headOf(text.slice(text.indexOf('{')))?.number);
    expect(numbers).toEqual(trail.heads().map(({ number }) => number));
    expect(told.filter(({ level }) => level === 'error')).toHaveLength(1);
  } finally {
    await trail.remove();
  }
});

describe('SORTIE_AUDIT_HEADS_TO', () => {
  const parse = (text: string) =>
    z.object(auditVariables).safeParse({ SORTIE_AUDIT_HEADS_TO: text });

  it('names places of every kind', () => {
    const { data } = parse(
      'file:/mnt/worm/heads, syslog+udp://log.example, syslog+tcp://[::1]:6514,syslog+unix:///run/log, file:///x',
    );
    expect(data && auditSettingsOf(data).headsTo).toEqual([
      { kind: 'file', path: '/mnt/worm/heads' },
      { kind: 'udp', host: 'log.example', port: 514 },
      { kind: 'tcp', host: '::1', port: 6_514 },
      { kind: 'unix', path: '/run/log' },
      { kind: 'file', path: '/x' },
    ]);
  });

  it.each([
    'file:x',
    '/x',
    'syslog+udp://',
    'syslog+tcp://a:0',
    'syslog+tcp://a:99999',
    's3://x',
    'syslog+tcp://a b',
  ])('refuses %s', (text) => {
    expect(parse(`file:/ok,${text}`).error?.issues[0]?.message).toContain(`has "${text}"`);
  });
});
