import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { findHelm, missingSentence } from '../../deploy/local/helm.js';
import type { KubernetesObject } from './helm-objects.js';

/** Where the chart is. */
export const CHART = resolve('deploy/helm/sortie');
/** The versions of Helm that the chart is for. */
export const HELMS = [3, 4] as const;
export type HelmVersion = (typeof HELMS)[number];

const RELEASE = 'shop';
const NAMESPACE = 'apps';

/** Handed over as JSON, which is YAML in which no text is taken for something else. */
export type Values = Readonly<Record<string, unknown>>;
type Rendering = Readonly<{ version?: HelmVersion; release?: string; namespace?: string }>;

/** Runs Helm itself; `output` is what it printed, `errors` what it said beside that. */
export function helm(
  args: readonly string[],
  { version = 4, input = '' }: Readonly<{ version?: HelmVersion; input?: string }> = {},
): { ok: boolean; output: string; errors: string } {
  const path = findHelm(resolve('.'))[version];
  if (path === undefined) throw new Error(missingSentence([version]));
  const { status, stdout, stderr } = spawnSync(path, args, {
    ...{ input, encoding: 'utf8', timeout: 60_000, maxBuffer: 64 * 1_024 * 1_024 },
    // Neither a cluster nor the settings of whoever runs the tests.
    env: { PATH: process.env['PATH'], HOME: '/nonexistent', KUBECONFIG: '/dev/null' },
  });
  return { ok: status === 0, output: stdout, errors: stderr };
}

/** A rendering takes half a second, and many tests look at the same. */
const rendered = new Map<string, string>();

/** Renders the chart as text, or remembers what it was. Throws with Helm's own words. */
export function renderText(values: Values = {}, rendering: Rendering = {}): string {
  const key = JSON.stringify([values, rendering]);
  const text = rendered.get(key) ?? renderAnew(values, rendering);
  rendered.set(key, text);
  return text;
}

/** Renders the chart as text, whether or not that was done before. Throws with Helm's own words. */
export function renderAnew(values: Values = {}, rendering: Rendering = {}): string {
  const { release = RELEASE, namespace = NAMESPACE, version = 4 } = rendering;
  const args = ['template', release, CHART, '--namespace', namespace, '--values', '-'];
  const { ok, output, errors } = helm(args, { version, input: JSON.stringify(values) });
  if (!ok) throw new Error(errors);
  return output;
}

/** Renders the chart as objects. Throws with Helm's own words. */
export const render = (values: Values = {}, rendering: Rendering = {}): KubernetesObject[] =>
  objectsIn(renderText(values, rendering));

/** The objects of a text with several documents. Throws for what is no YAML, such as a key that is there twice. */
export function objectsIn(text: string): KubernetesObject[] {
  return parseAllDocuments(text).flatMap((document) => {
    const [error] = document.errors;
    if (error) throw error;
    const object = document.toJS() as KubernetesObject | null;
    return object === null ? [] : [object];
  });
}

/** Why Helm refuses values. Throws when it does not. */
export function refusalOf(values: Values, rendering: Rendering = {}): string {
  try {
    renderText(values, rendering);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('Helm took these values.');
}

/** What an operator reads after an installation. Throws with Helm's own words. */
export function notesOf(values: Values = {}): string {
  const args = ['install', RELEASE, CHART, '--namespace', NAMESPACE, '--values', '-'];
  // Helm 3 wants a cluster even for this.
  const { ok, output, errors } = helm([...args, '--dry-run=client'], {
    version: 4,
    input: JSON.stringify(values),
  });
  if (!ok) throw new Error(errors);
  return output.split('\nNOTES:\n')[1] ?? '';
}
