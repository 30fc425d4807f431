import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { newNatsKey, nkeyOf } from '#shared/adapters/nats-keys.js';
import {
  type NatsServerSettings,
  type NatsServerTls,
  natsServerConfig,
} from '#shared/adapters/nats-server-config.js';
import { permissionsOf, SERVICE_NAMES, type ServiceName } from '#shared/contracts/permissions.js';

/** What is asked for can't be written; the message says why and what to do. */
export class NatsConfigError extends Error {
  override readonly name = 'NatsConfigError';
}

/** A process of Sortie, and the services that it hosts. */
export type Process = Readonly<{ name: string; services: readonly ServiceName[] }>;

export type NatsConfigOptions = Readonly<{
  processes: readonly Process[];
  /** Folder for the configuration and the keys. */
  out: string;
  /** `<host>:<port>`, an IPv6 address in brackets. */
  listen: string;
  storeFolder: string;
  /** What the log may take of the disk. */
  storeGib: number;
  tls?: NatsServerTls;
}>;

export type Written = Readonly<{
  configPath: string;
  /** What the processes have to be told, by process. */
  processes: readonly (Process & { nkeyPath: string; isNew: boolean })[];
  /** Services that no process hosts. */
  missing: readonly ServiceName[];
}>;

const GIB = 1_024 ** 3;
const PROCESS_NAME = /^[a-z][a-z0-9-]{0,31}$/;
const PORT_MAX = 65_535;

/**
 * Writes the configuration of a nats-server for these processes, and a key for each that has none yet: a key that is
 * there stays, so that a second run changes permissions only. Throws {@link NatsConfigError}.
 */
export function writeNatsConfig(options: NatsConfigOptions): Written {
  const { processes, out, storeFolder, storeGib, tls } = options;
  requireDistinct(processes);
  const address = addressIn(options.listen);
  mkdirSync(out, { recursive: true });
  const keyed = processes.map((process) => ({ ...process, ...keyOf(join(out, process.name)) }));
  const settings: NatsServerSettings = {
    ...address,
    storeFolder,
    storeBytesMax: storeGib * GIB,
    users: keyed.map(({ services, nkey }) => ({ nkey, ...permissionsOf(services, nkey) })),
    ...(tls && { tls }),
  };
  const configPath = join(out, 'nats-server.conf');
  // A server that reloads meanwhile reads the old one or the new one. Nothing in it is secret.
  writeFileSync(`${configPath}.new`, natsServerConfig(settings));
  renameSync(`${configPath}.new`, configPath);
  const hosted = new Set(processes.flatMap(({ services }) => services));
  return {
    configPath,
    processes: keyed.map(({ nkey: _, ...told }) => told),
    missing: SERVICE_NAMES.filter((name) => !hosted.has(name)),
  };
}

/** Reads `<name>=<service>[,<service>…]`. Throws {@link NatsConfigError}. */
export function processIn(text: string): Process {
  const [name = '', list = '', ...more] = text.split('=');
  if (!PROCESS_NAME.test(name) || list === '' || more.length > 0) {
    throw new NatsConfigError(
      `"${text}" names no process: write it like worker=catalog,session, with a name of at most 32 letters a-z, digits and "-".`,
    );
  }
  const services = list.split(',').map((service) => service.trim());
  const unknown = services.find((service) => !isService(service));
  if (unknown !== undefined) {
    throw new NatsConfigError(
      `Process ${name} can't host "${unknown}": the services are ${SERVICE_NAMES.join(', ')}.`,
    );
  }
  return { name, services: services.filter(isService) };
}

const isService = (name: string): name is ServiceName =>
  (SERVICE_NAMES as readonly string[]).includes(name);

function requireDistinct(processes: readonly Process[]): void {
  const names = processes.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice === undefined) return;
  throw new NatsConfigError(
    `Process ${twice} is named twice: list all its services in one, as in ${twice}=catalog,session. Replicas of a process share its key.`,
  );
}

function addressIn(listen: string): { host: string; port: number } {
  const [, host, digits = ''] = /^(\[[0-9a-f:.]+\]|[^:[\]]+):(\d+)$/i.exec(listen) ?? [];
  const port = Number(digits);
  if (host !== undefined && port <= PORT_MAX) return { host, port };
  throw new NatsConfigError(
    `"${listen}" is no address to listen on: write it like 127.0.0.1:4222 or 0.0.0.0:4222.`,
  );
}

/** The process's key, made when it has none. */
function keyOf(path: string): { nkey: string; nkeyPath: string; isNew: boolean } {
  const nkeyPath = resolve(`${path}.nkey`);
  if (existsSync(nkeyPath)) {
    const nkey = nkeyOf(readFileSync(nkeyPath, 'utf8').trim());
    if (nkey !== undefined) return { nkey, nkeyPath, isNew: false };
    throw new NatsConfigError(
      `${nkeyPath} holds no seed of a NATS user: put the right one back, or remove it to have a new one made.`,
    );
  }
  const { nkey, seed } = newNatsKey();
  writeFileSync(nkeyPath, `${seed}\n`, { mode: 0o600, flag: 'wx' });
  return { nkey, nkeyPath, isNew: true };
}
