import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export type UnixProxy = Readonly<{
  path: string;
  /** Breaks every connection and refuses new ones until `mend`. */
  cut: () => void;
  mend: () => void;
  /** Every request line that went through, like `GET /_ping HTTP/1.1`. */
  requests: readonly string[];
  close: () => Promise<void>;
}>;

/** Opens a unix socket in front of another, such as the Docker engine's, that a test can cut. */
export async function openUnixProxy(path: string, target: string): Promise<UnixProxy> {
  const sockets = new Set<Socket>();
  const requests: string[] = [];
  let isCut = false;
  const server = createServer({ allowHalfOpen: true }, (near) => {
    if (isCut) return void near.destroy();
    const far = connect({ path: target, allowHalfOpen: true });
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
      from.pipe(to);
    }
    near.once('data', (chunk: Buffer) =>
      requests.push(chunk.toString('latin1').split('\r')[0] ?? ''),
    );
  });
  server.listen(path);
  await once(server, 'listening');
  const cut = (): void => {
    isCut = true;
    for (const socket of sockets) socket.destroy();
  };
  return {
    path,
    cut,
    mend: () => (isCut = false),
    requests,
    close: async () => {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}
