import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync } from 'node:fs';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { runNpm } from '../../deploy/local/npm.js';
import { buildImage, newName, ranDocker } from './compose-docker.js';
import { placed, type PlacedServer } from './container-or-program.js';
import { freeze } from './frozen.js';
import { freePort } from './free-port.js';
import { startServerContainer } from './server-container.js';
import { until } from './waits.js';

/** The server's one account. */
export const S3_KEY = { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' };

const SPEC = 's3rver@3.7.1';
const FOLDER = resolve('data/programs', SPEC);
const HOST = '127.0.0.1';
const PROGRAM = 'node_modules/s3rver/bin/s3rver.js';
const DOCKERFILE = `ARG NODE_IMAGE
FROM \${NODE_IMAGE}
COPY node_modules /s3/node_modules
USER 1000:1000
ENTRYPOINT ["node", "/s3/${PROGRAM}"]
`;

/**
 * A server that speaks S3, in a container or as a program. Debian's rclone comes without its own; this one is of npm, for
 * tests only: it refuses keys that it does not know, and takes any signature of one that it knows.
 */
export async function startPlacedS3(what: string): Promise<PlacedServer> {
  await provideProgram();
  return placed(what, { container: s3Container, program: s3Program });
}

/** Installed in a folder of its own: nothing of Sortie's depends on it. */
async function provideProgram(): Promise<void> {
  if (existsSync(join(FOLDER, PROGRAM))) return;
  if (process.env['SORTIE_PROVISION'] === 'off') {
    throw new Error(`The tests of S3 need ${SPEC}: npm install --prefix ${FOLDER} ${SPEC}`);
  }
  const draft = `${FOLDER}.${process.pid}`;
  mkdirSync(draft, { recursive: true });
  const quiet = ['--no-audit', '--no-fund', '--ignore-scripts', '--omit=dev'];
  const args = ['install', '--prefix', draft, ...quiet, SPEC];
  const { code, output } = await runNpm(args, { doing: `fetching ${SPEC}`, cwd: draft });
  if (code !== 0) throw new Error(`${SPEC} could not be fetched from the npm registry:\n${output}`);
  // Named last and at once: another run may be looking.
  await rename(draft, FOLDER).catch(() => rm(draft, { recursive: true }));
}

const serving = (folder: string, address: string, port: number) => [
  ...['--directory', folder, '--address', address, '--port', String(port)],
  '--no-vhost-buckets',
];

async function s3Container(): Promise<PlacedServer> {
  const image = `${newName('s3')}:test`;
  await writeFile(join(FOLDER, 'Dockerfile'), DOCKERFILE);
  await buildImage({ tag: image, context: FOLDER });
  const server = await startServerContainer({
    ...{ image, port: 9000, keeps: '/tmp', says: /S3rver listening/, isReady: answers },
    command: serving('/tmp/s3', '0.0.0.0', 9000),
  });
  const stop = async (): Promise<void> => {
    await server.stop();
    await ranDocker(['rmi', '--force', image]);
  };
  return { ...server, stop };
}

async function s3Program(): Promise<PlacedServer> {
  const folder = await mkdtemp(join(tmpdir(), 'sortie-s3-'));
  const port = await freePort();
  const start = async (): Promise<ChildProcess> => {
    const args = [join(FOLDER, PROGRAM), ...serving(folder, HOST, port)];
    const child = spawn(process.execPath, args, { stdio: 'ignore' });
    process.once('exit', () => child.kill('SIGKILL'));
    await until('the S3 server is ready', () => answers(port));
    return child;
  };
  let child = await start();
  const kill = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  return {
    ...{ host: HOST, port, kill },
    restart: async () => {
      await kill();
      child = await start();
    },
    pause: async () => freeze(child.pid ?? 0),
    resume: async () => void child.kill('SIGCONT'),
    stop: async () => {
      await kill();
      await rm(folder, { recursive: true });
    },
  };
}

/** Any answer will do; without a key it is a refusal. */
const answers = (port: number): Promise<boolean> =>
  fetch(`http://${HOST}:${port}/`).then(
    () => true,
    () => false,
  );
