import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join, resolve } from 'node:path';
import { dockerPluginsEnv } from '../../deploy/local/docker-plugins.js';
import { imageSources } from '../../deploy/local/image-sources.js';
import { until } from './waits.js';

export const ROOT = join(import.meta.dirname, '../..');
const COMMAND_MS_MAX = 600_000;
const HEALTHY_MS_MAX = 120_000;

/** How a command went. */
export type Ran = Readonly<{ code: number; stdout: string; output: string }>;

type Running = Readonly<{ env?: Readonly<Record<string, string>>; cwd?: string; input?: string }>;

/** The environment of the docker command, with the plugins that the tests fetched. */
export const environment = (env: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv => ({
  ...process.env,
  ...dockerPluginsEnv(ROOT),
  DOCKER_BUILDKIT: '1',
  ...env,
});

/** Runs the docker command to its end. */
export function ranDocker(args: readonly string[], running: Running = {}): Promise<Ran> {
  const { cwd = ROOT, input } = running;
  const timeout = COMMAND_MS_MAX;
  const child = spawn('docker', args, { cwd, env: environment(running.env), timeout });
  let stdout = '';
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
    output += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stdin.end(input);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code: code ?? 1, stdout, output }));
  });
}

/** The same, for what must go well: gives what it prints. */
export async function docker(...args: readonly string[]): Promise<string> {
  const { code, stdout, output } = await ranDocker(args);
  if (code !== 0) throw new Error(`docker ${args.join(' ')}: ${output}`);
  return stdout.trim();
}

type Built = Readonly<{
  tag: string;
  context: string;
  file?: string;
  target?: string;
  args?: Readonly<Record<string, string>>;
  env?: Readonly<Record<string, string>>;
}>;

/** Builds an image from what images are built from here; gives what the builder told. */
export async function buildImage(built: Built): Promise<string> {
  const { tag, context, file, target, args, env } = built;
  const { SORTIE_DEBIAN_IMAGE, SORTIE_NODE_IMAGE } = imageSources();
  const all = { DEBIAN_IMAGE: SORTIE_DEBIAN_IMAGE, NODE_IMAGE: SORTIE_NODE_IMAGE, ...args };
  const told = Object.entries(all).flatMap(([name, value]) => ['--build-arg', `${name}=${value}`]);
  const { code, output } = await ranDocker(
    [
      ...['build', '--tag', tag, ...told],
      // Looked for from where the command runs.
      ...(file ? ['--file', join(resolve(ROOT, context), file)] : []),
      ...(target ? ['--target', target] : []),
      context,
    ],
    { env: { BUILDKIT_PROGRESS: 'plain', ...env } },
  );
  if (code !== 0) throw new Error(`${tag} could not be built:\n${output.slice(-4_000)}`);
  return output;
}

/** A name that no other run has. */
export const newName = (what: string): string =>
  `sortie-test-${what}-${randomBytes(4).toString('hex')}`;

/** Everything that a test has made of the engine, so that it can be taken away again. */
export class EngineThings {
  readonly #removals: (() => Promise<unknown>)[] = [];

  /** Starts a container; the arguments are those of `docker run`. */
  async container(...args: readonly string[]): Promise<Container> {
    const name = newName('one');
    this.later(() => ranDocker(['rm', '--force', '--volumes', name]));
    await docker('run', '--detach', '--name', name, ...args);
    return new Container(name);
  }

  async volume(...options: readonly string[]): Promise<string> {
    const name = newName('volume');
    this.later(() => ranDocker(['volume', 'rm', '--force', name]));
    return docker('volume', 'create', ...options, name);
  }

  async network(...options: readonly string[]): Promise<string> {
    const name = newName('net');
    this.later(() => ranDocker(['network', 'rm', name]));
    await docker('network', 'create', ...options, name);
    return name;
  }

  later(removal: () => Promise<unknown>): void {
    this.#removals.push(removal);
  }

  /** Last made, first removed. */
  async remove(): Promise<void> {
    for (const removal of this.#removals.splice(0).reverse()) await removal();
  }
}

type State = Readonly<{ Running: boolean; ExitCode: number; Health?: { Status: string } }>;

/** One container, by name or id. */
export class Container {
  constructor(readonly name: string) {}

  async inspect<T>(what: string): Promise<T> {
    return JSON.parse(await docker('inspect', '--format', `{{json ${what}}}`, this.name)) as T;
  }

  exec(...command: readonly string[]): Promise<string> {
    return docker('exec', this.name, ...command);
  }

  async logs(): Promise<string> {
    return (await ranDocker(['logs', this.name])).output;
  }

  /** Waits until its own health check is content. */
  async healthy(deadlineMs = HEALTHY_MS_MAX): Promise<this> {
    const look = async (): Promise<boolean> => {
      const { Running, Health } = await this.inspect<State>('.State');
      if (!Running) throw new Error(`${this.name} has ended:\n${await this.logs()}`);
      return Health?.Status === 'healthy';
    };
    await until(`${this.name} is healthy`, look, deadlineMs);
    return this;
  }

  /** Waits until it has ended, and gives its exit code and all it said. */
  async ended(deadlineMs = HEALTHY_MS_MAX): Promise<{ code: number; said: string }> {
    const look = async () => {
      const state = await this.inspect<State>('.State');
      return !state.Running && state;
    };
    const { ExitCode: code } = await until(`${this.name} ends`, look, deadlineMs);
    return { code, said: await this.logs() };
  }
}
