import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ViewerRefusal } from './viewer-ports.js';

/** Ends an upgrade attempt with an answer for the client. */
export class ViewerRefused extends Error {
  readonly refusal: ViewerRefusal;

  constructor(refusal: ViewerRefusal, options?: ErrorOptions) {
    super(`${refusal.code}: ${refusal.detail}`, options);
    this.name = 'ViewerRefused';
    this.refusal = refusal;
  }
}

/** Ends an upgrade attempt whose client is gone: there is nobody to answer. */
export class ViewerVanished extends Error {
  constructor() {
    super('The client closed the connection before the upgrade was done.');
    this.name = 'ViewerVanished';
  }
}

export const refuse = (status: ViewerRefusal['status'], code: string, detail: string) =>
  new ViewerRefused({ status, code, detail });

const EXTRA_HEADERS: Partial<Record<ViewerRefusal['status'], string>> = {
  426: 'Sec-WebSocket-Version: 13\r\nUpgrade: websocket\r\n',
  429: 'Retry-After: 5\r\n',
  503: 'Retry-After: 1\r\n',
};

/** Returns a whole HTTP/1.1 answer with a problem document (RFC 9457) about `path`. */
export function formatRefusal(refusal: ViewerRefusal, path: string): string {
  const title = STATUS_CODES[refusal.status] ?? 'Refused';
  const body = JSON.stringify({
    type: `urn:sortie:problem:${refusal.code}`,
    title,
    status: refusal.status,
    detail: refusal.detail,
    instance: path,
    code: refusal.code,
  });
  return (
    `HTTP/1.1 ${refusal.status} ${title}\r\n` +
    'Content-Type: application/problem+json\r\n' +
    `Content-Length: ${Buffer.byteLength(body)}\r\n` +
    'Cache-Control: no-store\r\n' +
    'Connection: close\r\n' +
    `${EXTRA_HEADERS[refusal.status] ?? ''}\r\n${body}`
  );
}

/** Sends an answer on a socket that was not upgraded and lets go of it within `deadlineMs`. */
export function answerAndClose(socket: Duplex, answer: string, deadlineMs: number): void {
  if (socket.destroyed || !socket.writable) {
    socket.destroy();
    return;
  }
  const timer = setTimeout(() => socket.destroy(), deadlineMs);
  socket.once('close', () => clearTimeout(timer));
  // Reading on until the client closes: destroying with unread bytes would reset away the answer.
  socket.on('data', () => undefined);
  socket.once('end', () => socket.destroy());
  socket.resume();
  socket.end(answer);
}
