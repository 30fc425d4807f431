import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { newNatsKey, nkeyOf } from '#shared/adapters/nats-keys.js';
import {
  type NatsServerSettings,
  type NatsServerTls,
  natsServerConfig,
} from '#shared/adapters/nats-server-config.js';
import { permissionsOf, SERVICE_NAMES, type ServiceName } from '#shared/contracts/permissions.js';
import {
  readerConsumerOf,
  readerRequests,
  SERVICES_WITH_EVENTS,
} from '#shared/contracts/readers.js';
import { createKeyFile } from './key-file.js';

/** What is asked for can't be written; the message says why and what to do. */
export class NatsConfigError extends Error {
  override readonly name = 'NatsConfigError';
}

/** A process of Sortie, and the services that it hosts. */
export type Process = Readonly<{ name: string; services: readonly ServiceName[] }>;

/** A program outside of Sortie, and the services whose events it may read. */
export type Reader = Readonly<{ name: string; services: readonly ServiceName[] }>;

export type NatsConfigOptions = Readonly<{
  processes: readonly Process[];
  /** Nobody when absent. */
  readers?: readonly Reader[];
  /** Folder for the configuration and the keys. */
  out: string;
  /** `<host>:<port>`, an IPv6 address in brackets. */
  listen: string;
  storeFolder: string;
  /** What the log may take of the disk. */
  storeGib: number;
  tls?: NatsServerTls;
  /** HTTP port on 127.0.0.1 that tells how the server does; closed when absent. */
  monitoringPort?: number;
  /** Where a process's or a reader's key lies; `<out>/<name>.nkey` when absent. */
  nkeyPathOf?: (name: string) => string;
}>;

export type Written = Readonly<{
  configPath: string;
  /** What the processes have to be told, by process. */
  processes: readonly (Process & { nkeyPath: string; isNew: boolean })[];
  /** What the readers have to be told: `consumers` are those that they may make, one for each service. */
  readers: readonly (Reader & { nkeyPath: string; isNew: boolean; consumers: readonly string[] })[];
  /** Services that no process hosts. */
  missing: readonly ServiceName[];
}>;

const GIB = 1_024 ** 3;
const NAME = /^[a-z][a-z0-9-]{0,31}$/;
const PORT_MAX = 65_535;

/**
 * Writes the configuration of a nats-server for these processes, and a key for each that has none yet: a key that is
 * there stays, so that a second run changes permissions only. Throws {@link NatsConfigError}.
 */
export function writeNatsConfig(options: NatsConfigOptions): Written {
  const { processes, readers = [], out, storeFolder, storeGib, tls, monitoringPort } = options;
  const { nkeyPathOf = (name: string) => join(out, `${name}.nkey`) } = options;
  requireDistinct(processes, readers);
  const address = addressIn(options.listen);
  mkdirSync(out, { recursive: true });
  const keyed = processes.map((process) => ({ ...process, ...keyOf(nkeyPathOf(process.name)) }));
  const reading = readers.map((reader) => ({ ...reader, ...keyOf(nkeyPathOf(reader.name)) }));
  const settings: NatsServerSettings = {
    ...address,
    storeFolder,
    storeBytesMax: storeGib * GIB,
    users: keyed.map(({ services, nkey }) => ({ nkey, ...permissionsOf(services, nkey) })),
    readers: reading.map(({ name, services, nkey }) => ({
      ...{ name, nkey },
      requests: readerRequests(services, nkey),
    })),
    ...(tls && { tls }),
    ...(monitoringPort !== undefined && { monitoringPort }),
  };
  const configPath = join(out, 'nats-server.conf');
  // A server that reloads meanwhile reads the old one or the new one. Nothing in it is secret.
  writeFileSync(`${configPath}.new`, natsServerConfig(settings));
  renameSync(`${configPath}.new`, configPath);
  const hosted = new Set(processes.flatMap(({ services }) => services));
  return {
    configPath,
    processes: keyed.map(({ nkey: _, ...told }) => told),
    readers: reading.map(({ nkey, ...told }) => ({
      ...told,
      consumers: told.services.map((service) => readerConsumerOf(service, nkey)),
    })),
    missing: SERVICE_NAMES.filter((name) => !hosted.has(name)),
  };
}

/** Reads `<name>=<service>[,<service>…]`. Throws {@link NatsConfigError}. */
export function processIn(text: string): Process {
  const { name, services } = namedIn(text, 'process');
  const unknown = services.find((service) => !isService(service));
  if (unknown !== undefined) {
    throw new NatsConfigError(
      `Process ${name} can't host "${unknown}": the services are ${SERVICE_NAMES.join(', ')}.`,
    );
  }
  return { name, services: services.filter(isService) };
}

/** Reads the same for a reader. Throws {@link NatsConfigError}. */
export function readerIn(text: string): Reader {
  const { name, services } = namedIn(text, 'reader');
  const told = SERVICES_WITH_EVENTS.join(', ');
  const unknown = services.find((service) => !tellsEvents(service));
  if (unknown === undefined) return { name, services: services.filter(tellsEvents) };
  throw new NatsConfigError(
    `Reader ${name} can't read events of "${unknown}": those who tell events are ${told}.`,
  );
}

function namedIn(text: string, what: 'process' | 'reader'): { name: string; services: string[] } {
  const [name = '', list = '', ...more] = text.split('=');
  if (NAME.test(name) && list !== '' && more.length === 0) {
    return { name, services: [...new Set(list.split(',').map((service) => service.trim()))] };
  }
  throw new NatsConfigError(
    `"${text}" names no ${what}: write it like worker=catalog,session, with a name of at most 32 letters a-z, digits and "-".`,
  );
}

const isService = (name: string): name is ServiceName =>
  (SERVICE_NAMES as readonly string[]).includes(name);

const tellsEvents = (name: string): name is ServiceName =>
  (SERVICES_WITH_EVENTS as readonly string[]).includes(name);

function requireDistinct(processes: readonly Process[], readers: readonly Reader[]): void {
  const names = [...processes, ...readers].map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice === undefined) return;
  if (!readers.some(({ name }) => name === twice)) {
    throw new NatsConfigError(
      `Process ${twice} is named twice: list all its services in one, as in ${twice}=catalog,session. Replicas of a process share its key.`,
    );
  }
  throw new NatsConfigError(
    `Reader ${twice} has the name of another reader or of a process: each has a key of its own, in a file of that name.`,
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
  const nkeyPath = resolve(path);
  if (existsSync(nkeyPath)) {
    const nkey = nkeyOf(readFileSync(nkeyPath, 'utf8').trim());
    if (nkey !== undefined) return { nkey, nkeyPath, isNew: false };
    throw new NatsConfigError(
      `${nkeyPath} holds no seed of a NATS user: put the right one back, or remove it to have a new one made.`,
    );
  }
  const { nkey, seed } = newNatsKey();
  createKeyFile(nkeyPath, seed);
  return { nkey, nkeyPath, isNew: true };
}
