import { connect, type Socket } from 'node:net';

/** Opens a bare socket to a server; what it sends is gathered as text until it closes. */
export function rawSocket(url: string): { socket: Socket; answer: Promise<string> } {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
  socket.on('error', () => undefined);
  return { socket, answer: new Promise((resolve) => socket.once('close', () => resolve(text))) };
}

/** Writes bytes that no HTTP client would, and resolves with all that comes back until the server closes. */
export function rawAnswer(url: string, bytes: string): Promise<string> {
  const { socket, answer } = rawSocket(url);
  socket.write(bytes);
  return answer;
}
