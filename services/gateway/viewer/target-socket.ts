import { connect, type OnReadOpts, type Socket, type TcpSocketConnectOpts } from 'node:net';
import type { RuntimeEndpoint } from '#shared/contracts/runtime-endpoint.js';

const KEEPALIVE_DELAY_MS = 30_000;

export type DialOptions = {
  readonly timeoutMs: number;
  /** Aborting destroys the socket and rejects with the signal's reason. */
  readonly signal: AbortSignal;
  /** Receives the target's bytes once the socket is resumed. */
  readonly onread: OnReadOpts;
};

/** The session's RFB server could not be reached; `cause` says why and is for the log only. */
export class TargetUnreachable extends Error {
  constructor(options?: ErrorOptions) {
    super('The session did not accept the connection.', options);
    this.name = 'TargetUnreachable';
  }
}

/**
 * Connects to a session's RFB server and resolves with the socket, paused, so that nothing it says is
 * lost before somebody listens. Half-open is allowed: the target's last bytes may follow the viewer's.
 */
export function dialTarget(endpoint: RuntimeEndpoint, options: DialOptions): Promise<Socket> {
  const { signal, timeoutMs, onread } = options;
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const socket = connect({ ...address(endpoint), allowHalfOpen: true, onread });
    socket.pause();
    const settle = (error?: Error) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      socket.off('connect', onConnect);
      socket.off('error', onError);
      if (error === undefined) {
        resolve(socket);
        return;
      }
      // A late error of the destroyed socket has no listener left and must not end the process.
      socket.on('error', () => undefined);
      socket.destroy();
      reject(error);
    };
    const onConnect = () => settle();
    const onError = (cause: Error) => settle(new TargetUnreachable({ cause }));
    const onAbort = () => settle(signal.reason as Error);
    const timer = setTimeout(() => {
      settle(new TargetUnreachable({ cause: new Error(`no answer in ${timeoutMs} ms`) }));
    }, timeoutMs);
    signal.addEventListener('abort', onAbort);
    socket.once('connect', onConnect);
    socket.once('error', onError);
  });
}

function address(endpoint: RuntimeEndpoint) {
  switch (endpoint.kind) {
    case 'unix':
      return { path: endpoint.path };
    case 'tcp':
      return {
        host: endpoint.host,
        port: endpoint.port,
        noDelay: true,
        keepAlive: true,
        keepAliveInitialDelay: KEEPALIVE_DELAY_MS,
      } satisfies TcpSocketConnectOpts;
  }
}
