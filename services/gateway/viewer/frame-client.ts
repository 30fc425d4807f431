import type { Socket } from 'node:net';
import type { RuntimeEndpoint } from '#shared/contracts/runtime-endpoint.js';
import { type FrameBounds, FrameBrokenError, FrameReader } from './frame-reader.js';
import type { Picture } from './png.js';
import { dialTarget } from './target-socket.js';

const READ_BYTES = 64 * 1024;

/**
 * Asks a desktop for one picture of itself, over a connection of its own, and closes that. Errors:
 * {@link FrameBrokenError}, TargetUnreachable; within the deadline.
 */
export async function readPicture(
  endpoint: RuntimeEndpoint,
  { deadlineMs, ...bounds }: FrameBounds & Readonly<{ deadlineMs: number }>,
): Promise<Picture> {
  const ending = new AbortController();
  const late = () => ending.abort(new FrameBrokenError('The desktop took too long.'));
  const timer = setTimeout(late, deadlineMs);
  let socket: Socket | undefined;
  let said: (bytes: Buffer) => void = () => undefined;
  const callback = (bytes: number, buffer: Uint8Array): boolean => {
    said(Buffer.from(buffer.buffer, buffer.byteOffset, bytes));
    return true;
  };
  try {
    socket = await dialTarget(endpoint, {
      ...{ timeoutMs: deadlineMs, signal: ending.signal },
      onread: { buffer: Buffer.allocUnsafeSlow(READ_BYTES), callback },
    });
    return await wholePicture(socket, bounds, ending.signal, (hear) => (said = hear));
  } finally {
    clearTimeout(timer);
    socket?.on('error', () => undefined).destroy();
  }
}

function wholePicture(
  socket: Socket,
  bounds: FrameBounds,
  signal: AbortSignal,
  listen: (hear: (bytes: Buffer) => void) => void,
): Promise<Picture> {
  return new Promise((resolve, reject) => {
    const reader = new FrameReader(bounds, (bytes) => socket.write(bytes));
    listen((bytes) => {
      try {
        reader.feed(bytes);
        if (reader.picture) resolve(reader.picture);
      } catch (error) {
        reject(error as Error);
      }
    });
    const gone = () => reject(new FrameBrokenError('The desktop ended in the middle.'));
    socket.once('end', gone).once('close', gone).once('error', gone);
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    socket.resume();
  });
}
