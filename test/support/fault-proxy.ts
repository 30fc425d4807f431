import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export type FaultProxy = Readonly<{
  /** Where a browser reaches the server through the proxy. */
  url: string;
  /** Breaks every connection and refuses new ones until `mend`. */
  cut: () => void;
  /** Lets connections through again, to another port when the server has moved. */
  mend: (targetUrl?: string) => void;
  close: () => Promise<void>;
}>;

/** Opens a TCP proxy in front of a server, whose connections a test can cut as a broken network would. */
export async function openFaultProxy(targetUrl: string): Promise<FaultProxy> {
  const open = new Set<Socket>();
  let target = new URL(targetUrl);
  let isCut = false;
  const proxy = createServer((near) => {
    if (isCut) return void near.resetAndDestroy();
    const far = connect(Number(target.port), target.hostname);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(from);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        open.delete(from);
        to.destroy();
      });
      from.pipe(to);
    }
  });
  proxy.listen(0, 'localhost');
  await once(proxy, 'listening');
  const cut = (): void => {
    isCut = true;
    for (const socket of open) socket.resetAndDestroy();
  };
  return {
    url: `http://localhost:${(proxy.address() as AddressInfo).port}`,
    cut,
    mend: (movedTo) => {
      if (movedTo) target = new URL(movedTo);
      isCut = false;
    },
    close: async () => {
      proxy.close();
      cut();
      await once(proxy, 'close');
    },
  };
}
