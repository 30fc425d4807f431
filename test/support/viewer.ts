import { once } from 'node:events';
import { WebSocket } from 'ws';
import { until } from './waits.js';

/** How opening a viewer's WebSocket went: open, or refused with an HTTP status. */
export type Viewer = Readonly<{
  status: number;
  socket: WebSocket;
  /** Everything that the desktop has sent so far. */
  received: () => Buffer;
  /** The code that it was closed with, once it is. */
  closedWith: () => Promise<number>;
}>;

type Wanted = Readonly<{ ticket?: string; origin?: string | null }>;

/** Opens a session's viewer as the page does; `origin: null` sends none. */
export async function openViewer(
  url: string,
  sessionId: string,
  { ticket, origin = url }: Wanted,
): Promise<Viewer> {
  const address = `${url.replace('http', 'ws')}/api/sessions/${sessionId}/viewer`;
  const protocols = ['binary', ...(ticket === undefined ? [] : [`ticket.${ticket}`])];
  const socket = new WebSocket(address, protocols, { ...(origin !== null && { origin }) });
  const chunks: Buffer[] = [];
  socket.on('message', (data: Buffer) => chunks.push(data));
  let code: number | undefined;
  socket.on('close', (closed: number) => (code = closed));
  const status = await new Promise<number>((resolve, reject) => {
    socket.once('open', () => resolve(101));
    socket.once('unexpected-response', (_, { statusCode }) => resolve(statusCode ?? 0));
    socket.once('error', reject);
  });
  socket.on('error', () => undefined);
  if (status !== 101) socket.terminate();
  const received = (): Buffer => Buffer.concat(chunks);
  const closedWith = (): Promise<number> => until('the viewer closes', () => code);
  return { status, socket, received, closedWith };
}

/** Waits for the first words of the desktop's RFB server. */
export const greetingOf = (viewer: Viewer): Promise<string> =>
  until('the RFB greeting', () => {
    const bytes = viewer.received();
    return bytes.length >= 11 && bytes.subarray(0, 11).toString('latin1');
  });

/** Closes a viewer and waits until it is. */
export async function closeViewer({ socket }: Viewer): Promise<void> {
  if (socket.readyState === WebSocket.CLOSED) return;
  const closed = once(socket, 'close');
  socket.close();
  await closed;
}
