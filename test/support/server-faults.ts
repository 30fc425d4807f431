import { setTimeout as delay } from 'node:timers/promises';
import type { PlacedServer } from './container-or-program.js';

type Fault = readonly [what: string, strike: (server: PlacedServer) => Promise<void>];

/** What a server can go through; the last only in a container. After each it is there again. */
export const SERVER_FAULTS: readonly Fault[] = [
  [
    'killed and started again',
    async (server) => {
      await server.kill();
      await delay(300);
      await server.restart();
    },
  ],
  ['stopped in order and started again', (server) => server.restart()],
  [
    'paused',
    async (server) => {
      await server.pause();
      await delay(2_000);
      await server.resume();
    },
  ],
  [
    'cut off from its network, or killed where it has none of its own',
    async (server) => {
      const { network } = server;
      await (network ? network.cut() : server.kill());
      await delay(1_000);
      await (network ? network.mend() : server.restart());
    },
  ],
];
