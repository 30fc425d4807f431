import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { findPrometheus, missingSentence } from '../../deploy/local/prometheus.js';
import { until } from './waits.js';
import { freePort } from './free-port.js';

const START_DEADLINE_MS = 60_000;

function programOf(name: 'prometheus' | 'promtool'): string {
  const path = findPrometheus(resolve('.'))[name];
  if (path === undefined) throw new Error(missingSentence([name]));
  return path;
}

/** Runs Prometheus' own tool; `output` is all that it said. */
export function promtool(args: readonly string[], input = ''): { ok: boolean; output: string } {
  const { status, stdout, stderr } = spawnSync(programOf('promtool'), args, {
    ...{ input, encoding: 'utf8', timeout: 60_000 },
  });
  return { ok: status === 0, output: `${stdout}${stderr}` };
}

export type Prometheus = Readonly<{
  /** The value of an expression, one a series. Throws for one that Prometheus refuses. */
  query: (expression: string) => Promise<readonly { metric: object; value: [number, string] }[]>;
  /** An answer of its HTTP API. */
  get: (path: string) => Promise<unknown>;
  end: () => Promise<void>;
}>;

/** Starts a Prometheus with a configuration file, its figures in a folder that goes with it. */
export async function startPrometheus(configPath: string): Promise<Prometheus> {
  const folder = await mkdtemp(join(tmpdir(), 'sortie-prometheus-'));
  const port = await freePort();
  const child = spawn(
    programOf('prometheus'),
    [
      `--config.file=${configPath}`,
      `--storage.tsdb.path=${folder}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let output = '';
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const exited = once(child, 'exit');
  const get = async (path: string): Promise<unknown> => {
    const answer = (await (await fetch(`http://127.0.0.1:${port}${path}`)).json()) as {
      data?: unknown;
      error?: string;
    };
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer.data;
  };
  await until(
    'Prometheus gets ready',
    async () => {
      if (child.exitCode !== null) throw new Error(`Prometheus ended at its start:\n${output}`);
      return fetch(`http://127.0.0.1:${port}/-/ready`).then(
        ({ ok }) => ok,
        () => false,
      );
    },
    START_DEADLINE_MS,
  );
  return {
    get,
    query: async (expression) => {
      const found = await get(`/api/v1/query?query=${encodeURIComponent(expression)}`);
      return (found as { result: { metric: object; value: [number, string] }[] }).result;
    },
    end: async () => {
      child.kill('SIGKILL');
      await exited;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
