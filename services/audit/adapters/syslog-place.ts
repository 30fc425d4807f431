import { createSocket } from 'node:dgram';
import { createConnection, isIPv6, type Socket } from 'node:net';
import { hostname } from 'node:os';
import { lookup } from 'node:dns/promises';
import { headText, type TreeHead } from '#shared/contracts/tree-head.js';
import type { HeadPlace } from './head-place.js';

export type SyslogAddress =
  | Readonly<{ kind: 'udp' | 'tcp'; host: string; port: number }>
  | Readonly<{ kind: 'unix'; path: string }>;

/** Facility 13 (log audit), severity 5 (notice): RFC 5424, section 6.2.1. */
const PRIORITY = 13 * 8 + 5;
const CONNECT_MS_MAX = 5_000;
const NIL = '-';
const NOT_PRINTABLE = /[^\x21-\x7e]/g;

/** Sends heads to syslog, by RFC 5424: over UDP a datagram each (RFC 5426), over TCP or a unix stream socket with their length in front (RFC 6587, section 3.4.1). */
export const syslogHeadPlace = (address: SyslogAddress): HeadPlace => ({
  name: nameOf(address),
  append: (head) => {
    const message = syslogMessage(head);
    return address.kind === 'udp' ? sendDatagram(address, message) : sendOnStream(address, message);
  },
});

const nameOf = (address: SyslogAddress): string =>
  address.kind === 'unix'
    ? `syslog+unix:${address.path}`
    : `syslog+${address.kind}://${address.host.includes(':') ? `[${address.host}]` : address.host}:${address.port}`;

/** One syslog message: the head is its text, as it stands in a file. */
export function syslogMessage(head: TreeHead): string {
  const host = hostname().replace(NOT_PRINTABLE, '').slice(0, 255) || NIL;
  const header = [`<${PRIORITY}>1`, head.time, host, 'sortie', process.pid, 'TREEHEAD', NIL];
  return `${header.join(' ')} ${headText(head)}`;
}

async function sendDatagram(
  { host, port }: { host: string; port: number },
  message: string,
): Promise<void> {
  const { address } = await lookup(host);
  const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.send(message, port, address, (error) => (error ? reject(error) : resolve()));
    });
  } finally {
    socket.close();
  }
}

async function sendOnStream(
  address: Exclude<SyslogAddress, { kind: 'udp' }>,
  message: string,
): Promise<void> {
  const socket = createConnection(
    address.kind === 'unix' ? { path: address.path } : { host: address.host, port: address.port },
  );
  try {
    await written(socket, `${Buffer.byteLength(message)} ${message}`);
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'EPROTOTYPE') {
      throw new Error(
        'it is a datagram socket, which Node.js can not write to: have syslog listen on a stream socket, or on UDP at 127.0.0.1',
        { cause },
      );
    }
    throw cause;
  } finally {
    socket.destroy();
  }
}

/** Resolves when the other side has seen the end of what we sent, by ending its own: syslog answers nothing else. */
const written = (socket: Socket, text: string): Promise<void> =>
  new Promise((resolve, reject) => {
    socket.setTimeout(CONNECT_MS_MAX, () => reject(new Error('it took too long')));
    socket.once('error', reject);
    socket.once('close', () => resolve());
    socket.resume();
    socket.end(text);
  });
