import { resolve } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { pino, stdTimeFunctions } from 'pino';
import {
  type GateSettings,
  LIMITS_DEFAULT,
  SUBNETS_DEFAULT,
  UID_MAX,
} from './docker-gate/gate-settings.js';
import { installationOf } from './docker-gate/ownership.js';
import { type Subnet, subnetIn } from './docker-gate/subnet.js';

type Options = Readonly<{
  listen: string;
  owner?: { uid: number; gid: number };
  engine: string;
  runtimeDir: string;
  memoryMax: number;
  processesMax: number;
  subnets: Subnet;
}>;

/** Adds `sortie docker gate`, which needs no server of Sortie's to be running, and runs until it is asked to end. */
export function addDockerCommand(program: Command): void {
  program
    .command('docker')
    .description('the Docker engine that desktops run on')
    .command('gate')
    .description('let through to the engine what Sortie asks for its desktops, and nothing else')
    .requiredOption('--listen <path>', 'the unix socket that Sortie is given in place of Docker’s')
    .requiredOption('--runtime-dir <folder>', 'SORTIE_RUNTIME_DIR, as the engine’s machine has it')
    .option(
      '--owner <uid:gid>',
      'who may open the socket, by number; only this user when absent',
      owner,
    )
    .option('--engine <address>', 'Docker’s own socket', unixPath, '/var/run/docker.sock')
    .addOption(
      new Option('--memory-max <size>', 'how much memory a container may have')
        .argParser(bytes)
        .default(LIMITS_DEFAULT.memoryBytesMax, '8g'),
    )
    .option(
      '--processes-max <number>',
      'how many processes a container may have',
      count,
      LIMITS_DEFAULT.processesMax,
    )
    .addOption(
      new Option('--subnets <range>', 'where the addresses of networks must lie')
        .argParser(subnets)
        .default(subnets(SUBNETS_DEFAULT), SUBNETS_DEFAULT),
    )
    .action((options: Options) => runGate(options));
}

async function runGate(options: Options): Promise<void> {
  const logger = pino(
    {
      base: { service: 'sortie', process: 'docker-gate' },
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    pino.destination({ dest: 2, sync: true }),
  );
  const { openGate } = await import('./docker-gate/gate-server.js');
  const gate = await openGate(settingsOf(options), (level, told) => logger[level](told));
  logger.info(`The Docker gate listens on ${options.listen}.`);
  await new Promise<void>((stop) => {
    process.once('SIGTERM', () => stop());
    process.once('SIGINT', () => stop());
  });
  await gate.close();
}

function settingsOf(options: Options): GateSettings {
  const runtimeDir = resolve(options.runtimeDir);
  return {
    runtimeDir,
    listenPath: resolve(options.listen),
    enginePath: options.engine,
    installation: installationOf(runtimeDir),
    subnets: options.subnets,
    limits: { memoryBytesMax: options.memoryMax, processesMax: options.processesMax },
    ...(options.owner && { owner: options.owner }),
  };
}

function owner(text: string): { uid: number; gid: number } {
  const [, uid, gid] = /^(\d{1,10}):(\d{1,10})$/.exec(text)?.map(Number) ?? [];
  if (uid !== undefined && gid !== undefined && uid <= UID_MAX && gid <= UID_MAX) {
    return { uid, gid };
  }
  throw new InvalidArgumentError('Write it as two numbers, like 10001:10001.');
}

function unixPath(text: string): string {
  const path = text.replace(/^unix:\/\//, '');
  if (path.startsWith('/')) return path;
  throw new InvalidArgumentError(
    'The gate reaches Docker over a unix socket, like unix:///var/run/docker.sock.',
  );
}

function subnets(text: string): Subnet {
  const subnet = subnetIn(text);
  if (subnet) return subnet;
  throw new InvalidArgumentError('Write it like 10.213.0.0/16.');
}

const UNITS: Readonly<Record<string, number>> = { m: 1_024 ** 2, g: 1_024 ** 3 };

function bytes(text: string): number {
  const [, number, unit = ''] = /^([1-9]\d{0,6})([mg])$/i.exec(text) ?? [];
  if (number !== undefined) return Number(number) * (UNITS[unit.toLowerCase()] ?? 1);
  throw new InvalidArgumentError('Write it like 512m or 8g.');
}

function count(text: string): number {
  if (/^[1-9]\d{0,6}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It is a whole number.');
}
