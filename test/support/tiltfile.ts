import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { testSentence, TEST_PROGRAMS } from '../../deploy/local/programs.js';
import { renderText, objectsIn } from './helm.js';
import type { KubernetesObject } from './helm-objects.js';
import { parse } from 'yaml';

export const ROOT = resolve('.');
/** Paths in a Tiltfile begin where it is. */
export const FOLDER = join(ROOT, 'tilt');
export const TILTFILE = readFileSync(join(FOLDER, 'Tiltfile'), 'utf8');

const RUN_MS_MAX = 30_000;

/** Something that Tilt is told, and with what. */
export type Call = Readonly<{ name: string; arguments: Readonly<Record<string, unknown>> }>;
export type Settings = Readonly<{ on?: string; context?: string; registry?: string }>;
type Run = Readonly<{ text?: string; settings?: Settings; context?: string; files?: string[] }>;

/** Runs the Tiltfile, or another text as one, and gives what Tilt is told. Throws with what it was refused for. */
export function ranTiltfile(run: Run = {}): Call[] {
  const first = interpret(run, []);
  const chart = first.find(({ name }) => name === 'helm');
  return chart === undefined ? first : interpret(run, renderedBy(chart));
}

/** What the chart makes with the values that the Tiltfile names, by Helm itself. */
function renderedBy({ arguments: its }: Call): KubernetesObject[] {
  const [file] = its['values'] as string[];
  const values = parse(readFileSync(join(FOLDER, file ?? ''), 'utf8')) as Record<string, unknown>;
  const names = { release: String(its['name']), namespace: String(its['namespace']) };
  return objectsIn(renderText(values, names));
}

function interpret(run: Run, objects: readonly KubernetesObject[]): Call[] {
  const { text = TILTFILE, settings = {}, context = 'kind-kind', files = [] } = run;
  const { error, stdout, stderr } = spawnSync(
    'python3',
    ['-I', join(ROOT, 'test/support/run-tiltfile.py')],
    {
      ...{ encoding: 'utf8', timeout: RUN_MS_MAX },
      input: JSON.stringify({ text, settings, context, files, objects }),
    },
  );
  if ((error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT') {
    throw new Error(testSentence(TEST_PROGRAMS.filter(({ program }) => program === 'python3')));
  }
  if (error !== undefined) throw error;
  if (stdout === '') throw new Error(stderr);
  const answer = JSON.parse(stdout) as { calls?: Call[]; refused?: string };
  if (answer.calls === undefined) throw new Error(answer.refused);
  return answer.calls;
}

/** The calls of one of Tilt's functions, by what they were told. */
export const told = (calls: readonly Call[], name: string): Call['arguments'][] =>
  calls.filter((call) => call.name === name).map((call) => call.arguments);

/** A parameter that may be one text or several. */
export const texts = (value: unknown): string[] =>
  value === undefined ? [] : ([value].flat() as string[]);

/** Where a path of the Tiltfile is, from the root of the repository. */
export const fromRoot = (path: string): string => relative(ROOT, resolve(FOLDER, path));
