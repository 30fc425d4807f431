import { connect } from 'node:net';
import { natsServerConfig } from '#shared/adapters/nats-server-config.js';
import { buildImage, newName, ranDocker } from './compose-docker.js';
import { placed, type PlacedServer } from './container-or-program.js';
import { newNatsUser, startNatsServer } from './nats-server.js';
import { startServerContainer } from './server-container.js';

export type PlacedNats = PlacedServer & Readonly<{ url: string; seed: string }>;

const STORE_BYTES_MAX = 1_024 ** 3;

/** Sortie's own NATS image in a container, or a nats-server of this machine; on disk, as in earnest. */
export const startPlacedNats = (what: string): Promise<PlacedNats> =>
  placed(what, { container: natsContainer, program: natsProgram });

async function natsContainer(): Promise<PlacedNats> {
  const image = `${newName('nats')}:test`;
  await buildImage({ tag: image, context: 'deploy/images/nats' });
  const { nkey, seed } = newNatsUser();
  const content = natsServerConfig({
    ...{ host: '0.0.0.0', port: 4222, monitoringPort: 8222 },
    ...{ storeFolder: '/data/store', storeBytesMax: STORE_BYTES_MAX },
    users: [{ nkey, publish: ['>'], subscribe: ['>'] }],
  });
  const server = await startServerContainer({
    ...{ image, port: 4222, keeps: '/data', says: /Server is ready/, isReady: greets },
    files: [{ content, target: '/etc/nats/nats-server.conf', mode: 0o644 }],
  });
  const stop = async (): Promise<void> => {
    await server.stop();
    await ranDocker(['rmi', '--force', image]);
  };
  return { ...server, stop, seed, url: `nats://${server.host}:${server.port}` };
}

async function natsProgram(): Promise<PlacedNats> {
  const server = await startNatsServer({ version: 'oldest' });
  const { url, seed, port, kill, restart, stop } = server;
  return {
    ...{ url, seed, port, host: '127.0.0.1', restart, stop },
    kill: () => kill(),
    pause: async () => server.pause(),
    resume: async () => server.resume(),
  };
}

/** The engine takes a connection for a server that is not there yet; only the server greets. */
function greets(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('data', (text) => {
      resolve(text.toString().startsWith('INFO'));
      socket.destroy();
    });
    socket.once('error', () => resolve(false));
    socket.once('close', () => resolve(false));
  });
}
