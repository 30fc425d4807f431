import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Site = Readonly<{
  /** Its address with the name `localhost`; the same pages are at `127.0.0.1`. */
  url: string;
  port: number;
  close: () => Promise<void>;
}>;

/** Serves one page of HTML at every path: a web site that is not Sortie. */
export async function openSite(html: string): Promise<Site> {
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end(`<!doctype html><link rel="icon" href="data:,">${html}`);
  });
  server.listen(0);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const close = async (): Promise<void> => {
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  };
  return { url: `http://localhost:${port}`, port, close };
}
