import { rmSync } from 'node:fs';
import { imageSources } from '../../deploy/local/image-sources.js';
import { Client } from './client.js';
import {
  Container,
  docker,
  environment,
  newName,
  type Ran,
  ranDocker,
  ROOT,
} from './compose-docker.js';
import { until } from './waits.js';
import { installationOf } from '#services/session/adapters/docker-names.js';
import { freePort } from './free-port.js';

const KEY_HOLDERS = ['audit', 'catalog', 'gateway', 'identity', 'postgres', 'session'];
const RECOVERY_MS_MAX = 120_000;
/** Built once for a file of tests; what each stack has of its own is its project. */
const IMAGES = ['server', 'nats', 'postgres', 'display', 'terminal', 'editor', 'compiler'];

type Asked = Readonly<{
  env?: Readonly<Record<string, string>>;
  /** The folder with docker-compose.yml; the repository when absent. */
  folder?: string;
  /** Before `up` and the like, as in `--file`. */
  options?: readonly string[];
}>;

/** One stack of docker-compose.yml, under a project, a port and a runtime folder of its own. */
export class ComposeStack {
  readonly project = newName('stack');
  readonly #runtimeDir = `/run/${this.project}`;
  readonly #folder: string;
  readonly #options: readonly string[];
  readonly #env: Record<string, string>;

  private constructor(
    readonly port: number,
    { env = {}, folder = ROOT, options = [] }: Asked,
  ) {
    this.#folder = folder;
    this.#options = options;
    this.#env = {
      ...imageSources(),
      SORTIE_IMAGES: this.project,
      SORTIE_PORT: String(port),
      SORTIE_RUNTIME_DIR: this.#runtimeDir,
      ...env,
    };
  }

  static async open(asked: Asked = {}): Promise<ComposeStack> {
    return new ComposeStack(await freePort(), asked);
  }

  /** What its desktops are labelled with. */
  get installation(): string {
    return installationOf(this.#runtimeDir);
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Runs `docker compose …` on it; with other settings for this once. */
  compose(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ran> {
    const running = { cwd: this.#folder, env: { ...this.#env, ...env } };
    return ranDocker(this.commandLine(args), running);
  }

  /** What `docker` is to be given. */
  commandLine = (args: readonly string[]): string[] => [
    ...['compose', '--project-name', this.project, ...this.#options, ...args],
  ];

  /** How a command that does not end is started. */
  spawning = (): { cwd: string; env: NodeJS.ProcessEnv } => ({
    cwd: this.#folder,
    env: environment(this.#env),
  });

  async build(): Promise<void> {
    const { code, output } = await this.compose(['build']);
    if (code !== 0) throw new Error(output.slice(-4_000));
  }

  /** Starts it, or some services with what they need, and waits until all is healthy; gives the seconds that took. */
  async up(env: Readonly<Record<string, string>> = {}, ...services: string[]): Promise<number> {
    const started = Date.now();
    const { code, output } = await this.compose(['up', '--detach', '--wait', ...services], env);
    if (code !== 0) throw new Error(`${output.slice(-2_000)}\n${await this.logs()}`);
    return (Date.now() - started) / 1_000;
  }

  async down(): Promise<void> {
    // With every profile, or else their containers stay.
    const { code, output } = await this.compose(['--profile', '*', 'down']);
    if (code !== 0) throw new Error(output);
  }

  async logs(...services: string[]): Promise<string> {
    return (await this.compose(['logs', '--no-color', ...services])).output;
  }

  async service(name: string): Promise<Container> {
    const { stdout } = await this.compose(['ps', '--all', '--quiet', name]);
    return new Container(stdout.trim());
  }

  /** Every secret of the stack: by file, owner, mode and content. */
  async keys(): Promise<Record<string, string>> {
    const mounts = KEY_HOLDERS.flatMap((name) => [
      ...['--volume', `${this.project}_keys-${name}:/all/keys-${name}:ro`],
    ]);
    // Of a key in PEM the line that is secret.
    const script =
      'for f in /all/*/*; do echo "$f $(stat -c %u:%a $f) $(grep -v -e ----- $f)"; done';
    const run = ['run', '--rm', '--network', 'none', '--user', '0:0', '--entrypoint', 'sh'];
    const printed = await docker(...run, ...mounts, `${this.project}/server`, '-c', script);
    const lines = printed.split('\n').map((line) => line.split(' '));
    return Object.fromEntries(lines.map(([file = '', ...held]) => [file, held.join(' ')]));
  }

  /** Its services that have containers, running or not. */
  async services(): Promise<string[]> {
    const { stdout } = await this.compose(['ps', '--all', '--services']);
    return stdout.trim().split('\n').filter(Boolean).toSorted();
  }

  /** The password that the first administrator was given, from the log where a person finds it. */
  async password(service = 'identity'): Promise<string> {
    const said = await this.logs(service);
    const [, password] = /Password: +(\S+)/.exec(said) ?? [];
    if (password === undefined) throw new Error(`No password was told:\n${said}`);
    return password;
  }

  async administrator(service?: string): Promise<Client> {
    return new Client(this.url).signIn('admin', await this.password(service));
  }

  /** Waits until a request is answered well again, and gives its status. */
  async answers(client: Client, path: string): Promise<number> {
    const ask = async () => {
      const { status } = await client.get(path).catch(() => ({ status: 0 }));
      return status === 200 && status;
    };
    return until(`${path} is answered`, ask, RECOVERY_MS_MAX);
  }

  /** Takes away all that was made: containers, desktops, volumes, networks, images and the runtime folder. */
  async close(): Promise<void> {
    await this.compose(['--profile', '*', 'down', '--volumes', '--remove-orphans']);
    const ours = ['--filter', `label=sortie.installation=${this.installation}`];
    for (const [list, remove] of [
      [
        ['ps', '--all', '--quiet', ...ours],
        ['rm', '--force', '--volumes'],
      ],
      [
        ['volume', 'ls', '--quiet', ...ours],
        ['volume', 'rm', '--force'],
      ],
      [
        ['network', 'ls', '--quiet', ...ours],
        ['network', 'rm'],
      ],
    ] as const) {
      const found = (await docker(...list)).split('\n').filter(Boolean);
      if (found.length > 0) await ranDocker([...remove, ...found]);
    }
    await ranDocker(['rmi', '--force', ...IMAGES.map((name) => `${this.project}/${name}:latest`)]);
    rmSync(this.#runtimeDir, { recursive: true, force: true });
  }
}
