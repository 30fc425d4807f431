import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { SERVICE_NAMES } from '#shared/contracts/permissions.js';
import type { KubernetesObject } from './helm-objects.js';
import { schemaFaultsOf } from './helm-schema.js';
import { commandFaults, testFaults } from './tiltfile-commands.js';
import { imageFaults, type ImagesUsed } from './tiltfile-images.js';
import { type Call, fromRoot, ranTiltfile, ROOT, texts, told } from './tiltfile.js';

export type Mode = 'compose' | 'kubernetes';
type ComposeService = Readonly<{ image?: string; profiles?: string[] }>;
/** What Tilt would be in charge of, whether or not the Tiltfile says a word of it. */
type Declared = Readonly<{ names: readonly string[]; images: ImagesUsed }>;

/** Everything that a Tiltfile names and that is not there, and everything that it forgets, in words. */
export function tiltfileFaults(mode: Mode, text?: string): string[] {
  const calls = ranTiltfile({ settings: { on: mode }, ...(text === undefined ? {} : { text }) });
  const declared = mode === 'compose' ? inCompose(calls) : inKubernetes(calls);
  return [
    ...resourceFaults(calls, declared.names),
    ...orderFaults(calls),
    ...pathFaults(calls),
    ...imageFaults(calls, declared.images),
    ...commandFaults(calls, declared.names),
    ...testFaults(calls),
    ...portFaults(calls),
    ...(mode === 'kubernetes' ? objectsOf(calls).flatMap(schemaFaultsOf) : []),
  ];
}

/** The services of the files that the Tiltfile gives to compose, without those of a profile. */
export function composeServices(calls: readonly Call[]): Map<string, ComposeService> {
  const services = new Map<string, ComposeService>();
  for (const path of told(calls, 'docker_compose').flatMap((its) => texts(its['configPaths']))) {
    const file = readFileSync(join(ROOT, fromRoot(path)), 'utf8');
    const read = parse(file, { merge: true }) as { services: Record<string, ComposeService> };
    for (const [name, service] of Object.entries(read.services)) {
      services.set(name, { ...services.get(name), ...service });
    }
  }
  return new Map([...services].filter(([, { profiles }]) => profiles === undefined));
}

/** What is handed to Kubernetes. */
export const objectsOf = (calls: readonly Call[]): KubernetesObject[] =>
  told(calls, 'k8s_yaml').flatMap((its) => its['yaml'] as KubernetesObject[]);

/** A change of a compose file's services shows up here by itself. */
function inCompose(calls: readonly Call[]): Declared {
  const services = composeServices(calls);
  const images = [...services.values()].flatMap(({ image = '' }) => texts(withDefaults(image)));
  // Compose builds the others.
  return { names: [...services.keys()], images: { used: images, toBuild: ['sortie/compiler'] } };
}

const withDefaults = (text: string): string => text.replaceAll(/\$\{\w+:-([^}]*)\}/g, '$1');

function inKubernetes(calls: readonly Call[]): Declared {
  const pods = objectsOf(calls).flatMap(({ metadata, spec }) =>
    spec?.template === undefined ? [] : [{ name: metadata.name, pod: spec.template.spec }],
  );
  const images = pods.flatMap(({ pod }) =>
    [...(pod.initContainers ?? []), ...pod.containers].map(({ image }) => image),
  );
  const toBuild = [...new Set(images.map((image) => image.split(':')[0] ?? ''))];
  return { names: pods.map(({ name }) => name), images: { used: images, toBuild } };
}

function resourceFaults(calls: readonly Call[], names: readonly string[]): string[] {
  const configured = [
    ...told(calls, 'dc_resource').map((its) => String(its['name'])),
    ...told(calls, 'k8s_resource').map((its) => String(its['workload'])),
  ];
  const all = resourceNames(calls);
  return [
    ...configured.filter((name) => !names.includes(name)).map((name) => `nothing is ${name}`),
    ...names.filter((name) => !configured.includes(name)).map((name) => `${name} is not declared`),
    ...all
      .filter((name, at) => all.indexOf(name) !== at)
      .map((name) => `${name} is declared twice`),
    ...SERVICE_NAMES.filter((name) => !all.includes(name)).map((name) => `${name} is forgotten`),
  ];
}

/** As Tilt shows them. */
export const resourceNames = (calls: readonly Call[]): string[] => [
  ...told(calls, 'dc_resource').map((its) => String(its['name'])),
  ...told(calls, 'k8s_resource').map((its) => String(its['new_name'] ?? its['workload'])),
  ...told(calls, 'local_resource').map((its) => String(its['name'])),
];

/** Walks from each resource to those before it. */
function orderFaults(calls: readonly Call[]): string[] {
  const before = new Map(
    ['dc_resource', 'k8s_resource', 'local_resource'].flatMap((kind) =>
      told(calls, kind).map((its): [string, string[]] => [
        String(its['new_name'] ?? its['name'] ?? its['workload']),
        texts(its['resource_deps']),
      ]),
    ),
  );
  const faults: string[] = [];
  const walk = (name: string, path: readonly string[]): void => {
    if (path.includes(name)) faults.push(`${[...path, name].join(' waits for ')}`);
    else if (!before.has(name))
      faults.push(`${path.at(-1)} waits for ${name}, which is no resource`);
    else for (const next of before.get(name) ?? []) walk(next, [...path, name]);
  };
  for (const name of before.keys()) walk(name, []);
  return [...new Set(faults)];
}

/** Every file and folder that is named as such; dist/ is made by the build. */
function pathFaults(calls: readonly Call[]): string[] {
  const named = calls.flatMap(({ arguments: its }) =>
    [
      ...['configPaths', 'env_file', 'context', 'dockerfile', 'pathToChartDir', 'deps', 'ignore'],
      ...['dir', 'serve_dir'],
    ].flatMap((parameter) => texts(its[parameter])),
  );
  const values = told(calls, 'helm').flatMap((its) => texts(its['values']));
  return [...new Set([...named, ...values])]
    .filter(
      (path) => fromRoot(path) !== 'dist' && !path.startsWith('.ts') && !path.startsWith('.b'),
    )
    .filter((path) => !existsSync(join(ROOT, fromRoot(path))))
    .map((path) => `${path} does not exist`);
}

type Forward = Readonly<{ local_port: number; container_port: number }>;

function portFaults(calls: readonly Call[]): string[] {
  const forwards = told(calls, 'k8s_resource').flatMap((its) =>
    ((its['port_forwards'] ?? []) as Call[]).map((call) => ({
      workload: String(its['workload']),
      ...(call.arguments as Forward),
    })),
  );
  const locals = forwards.map(({ local_port: port }) => port);
  const opened = (workload: string): number[] =>
    objectsOf(calls)
      .filter(({ metadata, spec }) => metadata.name === workload && spec?.template !== undefined)
      .flatMap(({ spec }) => spec?.template.spec.containers ?? [])
      .flatMap(({ ports = [] }) => ports.map(({ containerPort }) => containerPort));
  return [
    ...locals.filter((port, at) => locals.indexOf(port) !== at).map((port) => `${port} is taken`),
    ...forwards
      .filter(({ workload, container_port: port }) => !opened(workload).includes(port))
      .map(({ workload, container_port: port }) => `${workload} has no port ${port}`),
  ];
}
