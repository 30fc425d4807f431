import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export type FaultProxy = Readonly<{
  /** Where a browser reaches the server through the proxy. */
  url: string;
  /** Breaks every connection and refuses new ones until `mend`. */
  cut: () => void;
  /** Lets nothing through any more, or only no answers, and breaks no connection: nobody is told. */
  freeze: (what: 'all' | 'answers') => void;
  /** Lets connections through again, to another port when the server has moved; what was frozen goes on its way. */
  mend: (targetUrl?: string) => void;
  close: () => Promise<void>;
}>;

/** One direction of a connection. */
type Way = Readonly<{ from: Socket; to: Socket; isAnswer: boolean }>;

/** Opens a TCP proxy in front of a server, whose connections a test can cut or freeze as a broken network would. */
export async function openFaultProxy(targetUrl: string): Promise<FaultProxy> {
  const ways = new Set<Way>();
  let target = new URL(targetUrl);
  let isCut = false;
  let frozen: 'all' | 'answers' | 'nothing' = 'nothing';
  const thaw = (way: Way): void => {
    if (frozen === 'all' || (frozen === 'answers' && way.isAnswer)) {
      way.from.unpipe(way.to).pause();
    } else {
      way.from.pipe(way.to);
    }
  };
  const open = (way: Way): void => {
    ways.add(way);
    way.from.on('error', () => way.to.destroy());
    way.from.on('close', () => {
      ways.delete(way);
      way.to.destroy();
    });
    thaw(way);
  };
  const proxy = createServer((near) => {
    if (isCut) return void near.resetAndDestroy();
    const far = connect(Number(target.port), target.hostname);
    open({ from: near, to: far, isAnswer: false });
    open({ from: far, to: near, isAnswer: true });
  });
  proxy.listen(0, 'localhost');
  await once(proxy, 'listening');
  const cut = (): void => {
    isCut = true;
    for (const { from } of ways) from.resetAndDestroy();
  };
  const freeze = (what: typeof frozen): void => {
    frozen = what;
    ways.forEach(thaw);
  };
  return {
    url: `http://localhost:${(proxy.address() as AddressInfo).port}`,
    cut,
    freeze,
    mend: (movedTo) => {
      if (movedTo) target = new URL(movedTo);
      isCut = false;
      freeze('nothing');
    },
    close: async () => {
      proxy.close();
      cut();
      await once(proxy, 'close');
    },
  };
}
