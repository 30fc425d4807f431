import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Container, environmentOf, type Pod } from './helm-objects.js';
import { natsServerProgram } from './nats-server.js';
import { until } from './waits.js';

const START_MS_MAX = 60_000;
const isRoot = process.getuid?.() === 0;

/** A process of a pod, as one of this machine. */
export type RunningProcess = Readonly<{
  output: () => string;
  /** As the kubelet ends it; resolves with the exit code. */
  stop: () => Promise<number | null>;
}>;

/** What runs of a release without a cluster, in folders of a test. */
export class ReleaseStage {
  readonly folder = mkdtempSync(join(tmpdir(), 'sortie-hr-'));
  readonly #running: RunningProcess[] = [];

  constructor() {
    chmodSync(this.folder, 0o755);
    mkdirSync(join(this.folder, 'bin'));
    const entry = resolve('dist/services/cli/main.js');
    const program = `#!/bin/sh\nexec '${process.execPath}' '${entry}' "$@"\n`;
    writeFileSync(join(this.folder, 'bin/sortie'), program, { mode: 0o755 });
  }

  /** The place of a pod's path here: each of its mounts is a folder of its own, or one that several pods share. */
  at(pod: string, path: string): string {
    return join(this.folder, pod, path);
  }

  /** Makes the mounts of a container as a kubelet does: another's folder, which the pod's group may write. */
  mount(pod: string, { volumeMounts = [] }: Container, uid: number): void {
    for (const { mountPath } of volumeMounts) {
      const path = this.at(pod, mountPath);
      mkdirSync(path, { recursive: true });
      if (isRoot) chownSync(path, 0, uid);
      chmodSync(path, 0o2777);
    }
  }

  /** Puts a file where a Secret or ConfigMap would have it. */
  put(pod: string, path: string, text: string, uid: number): void {
    const place = this.at(pod, path);
    mkdirSync(join(place, '..'), { recursive: true });
    writeFileSync(place, text);
    if (isRoot) chownSync(place, 0, uid);
    chmodSync(place, 0o440);
  }

  /** Replaces the paths of mounts in a text by their places here. */
  placed(pod: string, { volumeMounts = [] }: Container, text: string): string {
    const paths = volumeMounts.map(({ mountPath }) => mountPath);
    const known = new RegExp(`(?<![\\w/.-])(${paths.join('|')})(?=[/\\s]|$)`, 'g');
    return text.replace(known, (path) => this.at(pod, path));
  }

  /** Runs an init container's script to its end. */
  runScript(pod: string, container: Container, uid: number): void {
    const script = this.placed(pod, container, container.args?.[0] ?? '');
    const [shell = '', ...flags] = container.command ?? [];
    const [program = '', ...args] = as(uid, [shell, ...flags, script]);
    const env = { PATH: `${join(this.folder, 'bin')}:${process.env['PATH']}` };
    execFileSync(program, args, { env, cwd: this.folder, stdio: 'pipe' });
  }

  /** Starts a nats-server on the configuration that was made for it, on a free port; resolves with its address. */
  async startNats(configPath: string, uid: number): Promise<string> {
    const text = readFileSync(configPath, 'utf8')
      .replace('0.0.0.0:4222', '127.0.0.1:-1')
      .replace('/data/jetstream', this.at('nats', '/data/jetstream'));
    const here = join(this.folder, 'nats-here.conf');
    writeFileSync(here, text);
    const server = this.#spawn(as(uid, [natsServerProgram('newest'), '--config', here]), {});
    await this.#ready('nats-server', server, /Server is ready/);
    return `nats://${/client connections on (\S+)/.exec(server.output())?.[1]}`;
  }

  /** Starts a process of Sortie with the variables of its pod, some of them replaced, and waits until it is ready. */
  async startSortie(
    name: string,
    pod: Pod,
    replaced: Readonly<Record<string, string>>,
    uid: number,
  ): Promise<RunningProcess & { url: string }> {
    const [container] = pod.spec.containers as [Container];
    const own = Object.entries(environmentOf(pod)).map(([key, value]) => [
      key,
      this.placed(name, container, value),
    ]);
    const env = {
      ...(Object.fromEntries(own) as Record<string, string>),
      ...{ SORTIE_HOST: '127.0.0.1', SORTIE_PORT: '0' },
      ...{ SORTIE_PROBES_HOST: '127.0.0.1', SORTIE_PROBES_PORT: '0', ...replaced },
    };
    const entry = resolve('dist/services/main.js');
    const process_ = this.#spawn(as(uid, [process.execPath, entry]), env);
    const ready = await this.#ready(name, process_, /Sortie is ready: (.+)/);
    return { ...process_, url: ready[1] ?? '' };
  }

  #spawn([program = '', ...args]: string[], env: Record<string, string>) {
    const whole = { PATH: process.env['PATH'], ...env };
    const child: ChildProcess = spawn(program, args, { env: whole, cwd: this.folder });
    let output = '';
    child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const exited = once(child, 'exit').then(([code]) => code as number | null);
    const started = {
      output: () => output,
      hasEnded: () => child.exitCode !== null || child.signalCode !== null,
      stop: () => {
        child.kill('SIGTERM');
        return exited;
      },
    };
    this.#running.push(started);
    return started;
  }

  async #ready(
    name: string,
    process_: { output: () => string; hasEnded: () => boolean },
    words: RegExp,
  ): Promise<RegExpExecArray> {
    return until(
      `${name} is ready`,
      () => {
        if (process_.hasEnded()) throw new Error(`${name} ended:\n${process_.output()}`);
        return words.exec(process_.output()) ?? undefined;
      },
      START_MS_MAX,
    );
  }

  /** Ends everything and removes the folders. */
  async end(): Promise<void> {
    for (const one of this.#running.splice(0).toReversed()) await one.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** As the pod's user where we are root, and never outliving the test that started it. */
const as = (uid: number, words: readonly string[]): string[] =>
  isRoot
    ? [
        ...['setpriv', '--pdeathsig', 'KILL', `--reuid=${uid}`, `--regid=${uid}`],
        ...['--clear-groups', ...words],
      ]
    : [...words];
