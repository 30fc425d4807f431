import { GenericContainer, Wait } from 'testcontainers';
import { docker, newName } from './compose-docker.js';
import type { PlacedServer } from './container-or-program.js';
import { until } from './waits.js';
import { freePort } from './free-port.js';

// Its own clean-up needs an image that can't be had everywhere; ours is below.
process.env['TESTCONTAINERS_RYUK_DISABLED'] = 'true';

const HOST = '127.0.0.1';
const LABEL = 'sortie.test.process';
const READY_MS_MAX = 120_000;
const PORT_TRIES = 5;

type Wanted = Readonly<{
  image: string;
  /** Where it listens in its container. */
  port: number;
  /** Where its volume is mounted. */
  keeps: string;
  files?: readonly { content: string; target: string; mode?: number }[];
  env?: Readonly<Record<string, string>>;
  command?: readonly string[];
  /** What it prints once it has started. */
  says: RegExp;
  /** Whether what listens at a port of this machine is ready for work. */
  isReady: (port: number) => Promise<boolean>;
}>;

/** Starts a server in a container of its own, with a volume and a network of its own. */
export async function startServerContainer(wanted: Wanted): Promise<PlacedServer> {
  await sweep();
  const label = `${LABEL}=${process.pid}`;
  const volume = newName('keeps');
  await docker('volume', 'create', '--label', label, volume);
  const network = newName('net');
  await docker('network', 'create', '--label', label, network);
  const { id, port } = await startOnFreePort(wanted, volume, network);
  const ready = () => until(`${wanted.image} is ready`, () => wanted.isReady(port), READY_MS_MAX);
  await ready();
  const isRunning = async () =>
    (await docker('inspect', '-f', '{{.State.Running}}', id)) === 'true';
  return {
    host: HOST,
    port,
    kill: async () => {
      if (await isRunning()) await docker('kill', id);
    },
    restart: async () => {
      if (await isRunning()) await docker('stop', id);
      await docker('start', id);
      await ready();
    },
    pause: async () => void (await docker('pause', id)),
    resume: async () => void (await docker('unpause', id)),
    stop: async () => {
      await docker('rm', '--force', '--volumes', id);
      await docker('volume', 'rm', volume);
      await docker('network', 'rm', network);
    },
    network: {
      cut: async () => void (await docker('network', 'disconnect', network, id)),
      mend: async () => {
        await docker('network', 'connect', network, id);
        await ready();
      },
    },
  };
}

/** The port is chosen here, since one that the engine chooses is another after each start. */
async function startOnFreePort(wanted: Wanted, volume: string, network: string) {
  for (let tries = 1; ; tries += 1) {
    const host = await freePort();
    try {
      const started = await new GenericContainer(wanted.image)
        .withLabels({ [LABEL]: String(process.pid) })
        .withNetworkMode(network)
        .withExposedPorts({ container: wanted.port, host })
        .withBindMounts([{ source: volume, target: wanted.keeps, mode: 'rw' }])
        .withEnvironment({ ...wanted.env })
        .withCopyContentToContainer([...(wanted.files ?? [])])
        .withCommand([...(wanted.command ?? [])])
        .withWaitStrategy(Wait.forLogMessage(wanted.says))
        .start();
      return { id: started.getId(), port: host };
    } catch (error) {
      const isTaken = /port is already allocated|address already in use/.test(String(error));
      if (!isTaken || tries === PORT_TRIES) throw error;
    }
  }
}

/** Removes what test runs have left that were killed. */
async function sweep(): Promise<void> {
  const kinds = [
    { list: ['ps', '--all'], field: '.ID', remove: ['rm', '--force', '--volumes'] },
    { list: ['volume', 'ls'], field: '.Name', remove: ['volume', 'rm'] },
    { list: ['network', 'ls'], field: '.ID', remove: ['network', 'rm'] },
  ];
  for (const { list, field, remove } of kinds) {
    const format = `{{${field}}} {{.Label "${LABEL}"}}`;
    const shown = await docker(...list, '--filter', `label=${LABEL}`, '--format', format);
    for (const line of shown.split('\n')) {
      const [name, pid] = line.split(' ');
      if (name && !isAlive(Number(pid))) await docker(...remove, name);
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
