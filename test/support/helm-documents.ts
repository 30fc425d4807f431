import { readFileSync } from 'node:fs';
import { format } from 'prettier';
import { parse, stringify } from 'yaml';
import { CHART, objectsIn, renderText } from './helm.js';
import type { KubernetesObject } from './helm-objects.js';

/** The chart's values as a person reads them. */
export const valuesText = readFileSync(`${CHART}/values.yaml`, 'utf8');

/** A value that can be set: its path, what it is as it comes, and the line of explanation above it. */
export type DocumentedValue = Readonly<{ path: string; unset: string; meaning: string }>;

type Line = Readonly<{ path: string; meaning: string }>;

/** The keys of values.yaml by their lines, each with the last line of the comment right above it. */
function linesOf(text: string): Line[] {
  const above: { indent: number; key: string }[] = [];
  let meaning = '';
  return text.split('\n').flatMap((line): Line[] => {
    const [, space = '', key = ''] = /^( *)([A-Za-z][\w.]*):(?: |$)/.exec(line) ?? [];
    const comment = /^ *# (.*)$/.exec(line)?.[1];
    const told = meaning;
    meaning = comment ?? '';
    if (key === '') return [];
    while ((above.at(-1)?.indent ?? -1) >= space.length) above.pop();
    above.push({ indent: space.length, key });
    return [{ path: above.map((one) => one.key).join('.'), meaning: told }];
  });
}

/**
 * Reads every value that can be set by itself. One with explained values below it is a heading; what is below one without
 * is a part of it, such as the requests of `resources`.
 */
export function documentedValues(text = valuesText): DocumentedValue[] {
  const lines = linesOf(text);
  const values: unknown = parse(text);
  const isBelow = (one: string, other: string): boolean => one.startsWith(`${other}.`);
  const headings = lines.filter(({ path }) =>
    lines.some((other) => isBelow(other.path, path) && other.meaning !== ''),
  );
  const settable = lines.filter((line) => !headings.includes(line));
  return settable
    .filter(({ path }) => !settable.some((other) => isBelow(path, other.path)))
    .map(({ path, meaning }) => ({ path, meaning, unset: JSON.stringify(valueAt(values, path)) }));
}

const valueAt = (values: unknown, path: string): unknown =>
  path
    .split('.')
    .reduce<unknown>((found, key) => (found as Record<string, unknown> | null)?.[key], values);

/** Writes all values as a page. */
export function valuesPage(): string {
  const rows = documentedValues().map(
    ({ path, unset, meaning }) =>
      `| \`${path}\` | \`${unset.replaceAll('|', '\\|')}\` | ${meaning} |`,
  );
  return [
    '# Values',
    '',
    'Made of values.yaml by `test/medium/helm-documents.spec.ts`; README.md says how they go together.',
    '',
    '| value | as it comes | meaning |',
    '| --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

/** What only Helm has a use for. */
const OF_HELM = ['helm.sh/chart', 'app.kubernetes.io/managed-by'];

/** The chart as it comes, as files for people without Helm, by name. */
export async function plainManifests(): Promise<Map<string, string>> {
  const text = renderText({}, { release: 'sortie', namespace: 'sortie' });
  const files = new Map<string, KubernetesObject[]>();
  for (const [, source = '', body = ''] of text.matchAll(
    /^# Source: (\S+)\n([^]*?)(?=^---$|(?![^]))/gm,
  )) {
    if (source.includes('/tests/')) continue;
    const name = source.split('/').at(-1) ?? '';
    files.set(name, [...(files.get(name) ?? []), ...objectsIn(body)]);
  }
  const written = [...files].map(async ([name, objects]): Promise<[string, string]> => {
    const documents = objects.map((object) => stringify(withoutHelm(object), { lineWidth: 0 }));
    const options = { parser: 'yaml', singleQuote: true, printWidth: 100 } as const;
    return [name, await format(`${HEADER}${documents.join('---\n')}`, options)];
  });
  return new Map(await Promise.all(written));
}

const HEADER =
  '# Made of deploy/helm/sortie by test/medium/helm-documents.spec.ts: change the chart, not this file.\n';

/** The same object without the labels and annotations that Helm puts on for itself, at any depth. */
function withoutHelm(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutHelm);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(
    ([key]) => !OF_HELM.includes(key) && !key.startsWith('checksum/'),
  );
  const entries = kept.map(([key, below]) => [key, withoutHelm(below)] as const);
  return Object.fromEntries(
    entries.filter(([key, below]) => key !== 'annotations' || !isEmpty(below)),
  );
}

const isEmpty = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.keys(value).length === 0;
