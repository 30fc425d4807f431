// The viewer's place in the viewer bench: raw sockets and the least of WebSocket, so that what is
// measured is the proxy and not its client.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export const BULK_BYTES = 1024 * 1024 * 1024;
export const HANDSHAKE_BYTES = 14;
export const FLOOD_MESSAGE_BYTES = 10;
export const ECHO_BYTES = 64;

/** How to reach a target: straight, or through a WebSocket proxy at `port`. */
export type Way = { kind: 'direct' } | { kind: 'websocket'; port: number };

const READ_BYTES = 256 * 1024;
const MASKED = 0x80;

/** Counts payload bytes in a stream of unmasked frames (RFC 6455 §5.2). */
class FrameCounter {
  payloadBytes = 0;
  #bodyLeft = 0;
  #head: number[] = [];

  take(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) {
      if (this.#bodyLeft === 0) {
        this.#head.push(bytes[at] ?? 0);
        at += 1;
        this.#startBody();
        continue;
      }
      const step = Math.min(this.#bodyLeft, bytes.length - at);
      this.#bodyLeft -= step;
      this.payloadBytes += step;
      at += step;
    }
  }

  #startBody(): void {
    const [, length] = this.#head;
    if (length === undefined) return;
    const extra = length === 127 ? 8 : length === 126 ? 2 : 0;
    if (this.#head.length < 2 + extra) return;
    this.#bodyLeft =
      extra === 0 ? length : this.#head.slice(2).reduce((sum, byte) => sum * 256 + byte, 0);
    this.#head = [];
  }
}

export type Load = {
  readonly socket: Socket;
  /** Server payload bytes received so far. */
  received(): number;
  /** Resolves once that many payload bytes have come. */
  until(bytes: number): Promise<void>;
  /** Returns one message as it goes over the wire: as it is, or as a masked frame. */
  wire(message: Buffer): Buffer;
};

/** Connects to a target's port on this machine, the given way, and sends nothing yet. */
export async function openLoad(way: Way, targetPort: number): Promise<Load> {
  const frames = new FrameCounter();
  let raw = 0;
  let answer: string | undefined = way.kind === 'direct' ? undefined : '';
  let onAnswer: () => void = () => undefined;
  let wanted: { bytes: number; resolve(): void; reject(error: Error): void } | undefined;
  const received = () => (way.kind === 'direct' ? raw : frames.payloadBytes);
  const take = (bytes: Uint8Array) => {
    if (way.kind === 'direct') raw += bytes.length;
    else frames.take(bytes);
  };
  const socket = connect({
    port: way.kind === 'direct' ? targetPort : way.port,
    host: '127.0.0.1',
    noDelay: true,
    onread: {
      buffer: Buffer.allocUnsafeSlow(READ_BYTES),
      callback: (count, buffer) => {
        const bytes = buffer.subarray(0, count);
        if (answer === undefined) {
          take(bytes);
        } else {
          answer += Buffer.from(bytes).toString('latin1');
          const end = answer.indexOf('\r\n\r\n');
          if (end < 0) return true;
          if (!answer.startsWith('HTTP/1.1 101')) throw new Error(answer);
          take(Buffer.from(answer.slice(end + 4), 'latin1'));
          answer = undefined;
          onAnswer();
        }
        if (wanted !== undefined && received() >= wanted.bytes) wanted.resolve();
        return true;
      },
    },
  });
  await once(socket, 'connect');
  socket.on('error', () => undefined);
  if (way.kind === 'websocket') {
    const upgraded = new Promise<void>((resolve) => (onAnswer = resolve));
    socket.write(upgradeRequest(targetPort));
    await upgraded;
  }
  const until = (bytes: number) =>
    new Promise<void>((resolve, reject) => {
      if (received() >= bytes) resolve();
      else wanted = { bytes, resolve, reject };
    });
  socket.once('close', () => {
    wanted?.reject(new Error(`Closed after ${received()} of ${wanted.bytes} bytes.`));
  });
  return { socket, received, until, wire: way.kind === 'direct' ? (m) => m : masked };
}

function upgradeRequest(targetPort: number): string {
  return (
    'GET /viewer HTTP/1.1\r\nHost: bench\r\nOrigin: http://bench\r\n' +
    'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n' +
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n' +
    `Sec-WebSocket-Protocol: binary, ticket.bench-target-port-${targetPort}\r\n\r\n`
  );
}

/** A client's frame must be masked; a key of zeros leaves the payload as it is. */
function masked(message: Buffer): Buffer {
  if (message.length > 125) throw new Error('The bench sends messages of at most 125 bytes.');
  return Buffer.concat([Buffer.of(0x82, MASKED | message.length, 0, 0, 0, 0), message]);
}
