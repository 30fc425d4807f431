// The viewer proxy alone in a process, so that its CPU and memory are its own. The ticket names the port.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createViewerProxy } from '#services/gateway/viewer/viewer-proxy.js';

const proxy = createViewerProxy(
  {
    redeem: ({ sessionId, ticket }) =>
      Promise.resolve({
        kind: 'granted',
        grant: {
          sessionId,
          userId: 'bench',
          signInId: 'bench',
          mode: 'control',
          target: { kind: 'tcp', host: '127.0.0.1', port: Number(ticket.split('-').at(-1)) },
          expiresAt: Date.now() + 3_600_000,
        },
      }),
    inputSeen: () => undefined,
  },
  { allowedOrigins: () => ['http://bench'] },
);
const server = createServer();
server.on('upgrade', (request, socket, head) => {
  void proxy.upgrade(request, socket, head, { sessionId: 'bench' });
});
server.listen(0, '127.0.0.1', () => {
  process.send?.({ port: (server.address() as AddressInfo).port });
});
process.on('disconnect', () => process.exit());
