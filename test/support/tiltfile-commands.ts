import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TIERS } from '../../deploy/local/tiers.js';
import { type Call, ROOT, texts, told } from './tiltfile.js';

type Manifest = Readonly<{ scripts: Readonly<Record<string, string>> }>;
const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Manifest;

/** The tiers that run after each change; the others take minutes, and wait for their button. */
const AUTOMATIC = ['unit', 'contract'];

/** What each word of a command that names something of ours has to be. */
const NAMED: readonly Readonly<{ word: RegExp; isThere: (name: string) => boolean }>[] = [
  { word: /\bnpm run (\S+)/g, isThere: (name) => name in scripts },
  { word: /\bnpm (\w+)/g, isThere: (name) => name === 'run' || name in scripts },
  { word: /\bnpm test -- (\S+)/g, isThere: (name) => TIERS.includes(name) },
  { word: /\bnpx (\S+)/g, isThere: (name) => isFile(`node_modules/.bin/${name}`) },
  { word: /(?:--file|--config|-p|\bnode|<) ([\w./-]+)/g, isThere: (name) => isFile(name) },
];

const isFile = (path: string): boolean => existsSync(join(ROOT, path));

/** The commands that run at the root of the repository, as texts. */
const commandsOf = (calls: readonly Call[]): string[] =>
  ['local_resource', 'custom_build'].flatMap((kind) =>
    told(calls, kind).flatMap((its) =>
      ['cmd', 'command', 'serve_cmd'].map((parameter) => texts(its[parameter]).join(' ')),
    ),
  );

/** Every script, program, file, container and workload that a command names and that is not there. */
export function commandFaults(calls: readonly Call[], parts: readonly string[]): string[] {
  const steps = told(calls, 'docker_build')
    .flatMap((its) => (its['live_update'] ?? []) as Call[])
    .flatMap(({ arguments: step }) => texts(step['cmd']));
  const commands = [...commandsOf(calls), ...steps];
  const unknown = NAMED.flatMap(({ word, isThere }) =>
    commands.flatMap((command) =>
      [...command.matchAll(word)]
        .filter(([, name = '']) => !isThere(name))
        .map(([text]) => `there is no “${text}”`),
    ),
  );
  const named = commands.flatMap((command) => [
    ...(/ up --detach --build --wait((?: [\w-]+)*)/.exec(command)?.[1] ?? '').trim().split(' '),
    ...[...command.matchAll(/compose .* restart ([\w-]+)$| deployment\/([\w-]+)/g)].map(
      ([, one, other]) => one ?? other ?? '',
    ),
  ]);
  return [
    ...unknown,
    ...named
      .filter((name) => name !== '' && !parts.includes(name))
      .map((name) => `a command names ${name}, and nothing is that`),
    ...told(calls, 'local_resource').flatMap((its) => folderFaults(its)),
  ];
}

/** Those commands name paths from the root. */
function folderFaults(its: Call['arguments']): string[] {
  const namesPaths = (parameter: string): boolean =>
    its[parameter] !== undefined && !texts(its[parameter]).join(' ').startsWith('curl ');
  return [
    ...(namesPaths('cmd') && its['dir'] !== '..' ? [`${String(its['name'])} runs elsewhere`] : []),
    ...(namesPaths('serve_cmd') && its['serve_dir'] !== '..'
      ? [`${String(its['name'])} serves elsewhere`]
      : []),
  ];
}

/** Whether each tier has its resource, and runs when it should. */
export function testFaults(calls: readonly Call[]): string[] {
  const tests = told(calls, 'local_resource').filter((its) =>
    texts(its['cmd']).join(' ').startsWith('npm test'),
  );
  const tiers = tests.map((its) => texts(its['cmd']).at(-1) ?? '');
  return [
    ...TIERS.filter((tier) => !tiers.includes(tier)).map((tier) => `no test runs ${tier}`),
    ...tests
      .filter((_, at) => isAutomatic(tests[at] ?? {}) !== AUTOMATIC.includes(tiers[at] ?? ''))
      .map((its) => `${String(its['name'])} runs at the wrong time`),
  ];
}

const isAutomatic = (its: Call['arguments']): boolean | undefined => {
  if (its['trigger_mode'] === 'manual' && its['auto_init'] === false) return false;
  return its['trigger_mode'] !== 'manual' && its['auto_init'] !== false ? true : undefined;
};
