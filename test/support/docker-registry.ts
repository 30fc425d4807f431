import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { takeFromDebian } from '../../deploy/local/debian-package.js';
import { until } from './waits.js';
import { freePort } from './free-port.js';

const PROGRAM = resolve('data/programs/docker-registry');
const START_MS_MAX = 60_000;
/** For each piece that the registry sends, some 64 KiB: slow enough to watch and to interrupt. */
const PIECE_MS = 3;

export type DockerRegistry = Readonly<{
  /** Where images of it are named, like `127.0.0.1:5000`; Docker speaks plain HTTP to it there. */
  host: string;
  stop: () => Promise<void>;
}>;

/** Starts a registry of images on this machine, as slow as one far away; its program is Debian's, fetched once and not installed. */
export async function startDockerRegistry(): Promise<DockerRegistry> {
  await provideProgram();
  const folder = await mkdtemp(join(tmpdir(), 'sortie-registry-'));
  const own = `127.0.0.1:${await freePort()}`;
  const config = join(folder, 'config.yml');
  await writeFile(
    config,
    `version: 0.1\nlog: {level: error}\nhttp: {addr: "${own}"}\nstorage: {filesystem: {rootdirectory: ${folder}/images}}\n`,
  );
  const registry = spawn(PROGRAM, ['serve', config], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  registry.stderr.on('data', (chunk: Buffer) => (said += String(chunk)));
  const ended = new Promise<void>((done) => registry.once('exit', () => done()));
  await until(
    'the registry',
    () => {
      if (registry.exitCode !== null) throw new Error(`The registry ended at its start: ${said}`);
      return fetch(`http://${own}/v2/`).then(
        ({ ok }) => ok,
        () => false,
      );
    },
    START_MS_MAX,
  );
  const slow = await slowedDown(Number(own.split(':')[1]));
  return {
    host: `127.0.0.1:${(slow.address() as AddressInfo).port}`,
    stop: async () => {
      slow.close();
      registry.kill();
      await ended;
      await rm(folder, { recursive: true });
    },
  };
}

async function provideProgram(): Promise<void> {
  if (existsSync(PROGRAM)) return;
  mkdirSync(resolve('data/programs'), { recursive: true });
  const wanted = { suite: 'trixie', name: 'docker-registry', program: 'docker-registry' };
  const failure = await takeFromDebian(wanted, PROGRAM);
  if (failure !== undefined) throw new Error(`The tests need Debian's docker-registry: ${failure}`);
  chmodSync(PROGRAM, 0o755);
}

async function slowedDown(port: number): Promise<Server> {
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    near.on('error', () => far.destroy()).on('close', () => far.destroy());
    far.on('error', () => near.destroy()).on('close', () => near.destroy());
    near.pipe(far);
    far.on('data', (piece) => {
      near.write(piece);
      far.pause();
      setTimeout(() => far.resume(), PIECE_MS);
    });
    far.on('end', () => near.end());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}
