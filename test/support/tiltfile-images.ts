import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Call, fromRoot, ROOT, texts, told } from './tiltfile.js';

export type ImagesUsed = Readonly<{ used: readonly string[]; toBuild: readonly string[] }>;

/** What is wrong with the images that Tilt builds, and with what it brings into their containers. */
export function imageFaults(calls: readonly Call[], { used, toBuild }: ImagesUsed): string[] {
  const built = [...told(calls, 'docker_build'), ...told(calls, 'custom_build')];
  const names = built.map((its) => String(its['ref']));
  return [
    ...names
      .filter((name) => !used.some((image) => image.startsWith(`${name}:`)))
      .map((name) => `nothing runs the image ${name}`),
    ...toBuild.filter((name) => !names.includes(name)).map((name) => `${name} is not built`),
    ...told(calls, 'docker_build').flatMap((its) => stageFaults(its)),
    ...built.flatMap((its) => liveUpdateFaults(its)),
  ];
}

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

function stageFaults(its: Call['arguments']): string[] {
  const context = String(its['context']);
  const path = (its['dockerfile'] as string | undefined) ?? `${context}/Dockerfile`;
  const dockerfile = read(fromRoot(path));
  const argumentsKnown = [...dockerfile.matchAll(/^ARG (\w+)/gm)].map(([, name]) => name);
  const given = Object.keys((its['build_args'] ?? {}) as object);
  const target = its['target'] as string | undefined;
  return [
    ...given.filter((name) => !argumentsKnown.includes(name)).map((name) => `no ARG ${name}`),
    ...(target === undefined || new RegExp(`^FROM .* AS ${target}$`, 'm').test(dockerfile)
      ? []
      : [`no stage ${target}`]),
  ];
}

/** Tilt takes files to sync from what the image is made of only, and syncs before it runs anything. */
function liveUpdateFaults(its: Call['arguments']): string[] {
  const steps = (its['live_update'] ?? []) as Call[];
  const context = its['context'] as string | undefined;
  const watched = context === undefined ? texts(its['deps']) : [context];
  const kinds = steps.map(({ name }) => name);
  const syncs = steps.filter(({ name }) => name === 'sync');
  return [
    ...(kinds.lastIndexOf('sync') > kinds.findIndex((kind) => kind !== 'sync') &&
    kinds.some((kind) => kind !== 'sync')
      ? [`${String(its['ref'])} syncs after it runs`]
      : []),
    ...syncs.flatMap(({ arguments: step }) => {
      const local = fromRoot(String(step['local_path']));
      return [
        ...(watched.some((path) => isWithin(local, fromRoot(path)))
          ? []
          : [`${local} is no part of what ${String(its['ref'])} is made of`]),
        ...(context !== undefined && isIgnored(local) ? [`.dockerignore leaves out ${local}`] : []),
        ...(String(step['remote_path']).startsWith('/') ? [] : [`${local} goes to no whole path`]),
      ];
    }),
  ];
}

const isWithin = (path: string, folder: string): boolean =>
  folder === '' || path === folder || path.startsWith(`${folder}/`);

/** By .dockerignore's rule: the last line that matches a path, or a folder that it is in, decides. */
export function isIgnored(path: string): boolean {
  const folders = path.split('/').map((_, at, parts) => parts.slice(0, at + 1).join('/'));
  const lines = read('.dockerignore')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  const last = lines.findLast((line) => {
    const pattern = line.replace(/^!/, '').replaceAll('.', '\\.');
    const form = pattern.replaceAll(/\*\*\/|\*/g, (stars) => (stars === '*' ? '[^/]*' : '(.*/)?'));
    return folders.some((folder) => new RegExp(`^${form}$`).test(folder));
  });
  return last !== undefined && !last.startsWith('!');
}
