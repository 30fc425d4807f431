// Goal: the Tiltfile says only what Tilt understands, and names only what there is, on compose and on Kubernetes.
// Method: it is run with Tilt's functions recorded, as Starlark and no more; the chart is rendered by Helm. No Tilt is at hand.
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { describe, expect, it } from 'vitest';
import { SERVICE_NAMES } from '#shared/contracts/permissions.js';
import { podsOf } from '#test/support/helm-objects.js';
import { type Call, fromRoot, ranTiltfile, TILTFILE, told } from '#test/support/tiltfile.js';
import { isIgnored } from '#test/support/tiltfile-images.js';
import {
  composeServices,
  type Mode,
  objectsOf,
  resourceNames,
  tiltfileFaults,
} from '#test/support/tiltfile-faults.js';

const MODES: Mode[] = ['compose', 'kubernetes'];

describe.each(MODES)('the Tiltfile on %s', (mode) => {
  it('names what there is, and forgets nothing', () => {
    expect(tiltfileFaults(mode)).toEqual([]);
  });

  it('declares each service once, behind what it needs', () => {
    const calls = ranTiltfile({ settings: { on: mode } });
    const names = resourceNames(calls);
    for (const name of SERVICE_NAMES) expect(names.filter((one) => one === name)).toHaveLength(1);
    const resource = mode === 'compose' ? 'dc_resource' : 'k8s_resource';
    const gateway = told(calls, resource).find((its) =>
      String(its['new_name'] ?? its['name']).startsWith('gateway'),
    );
    const others = SERVICE_NAMES.filter((name) => name !== 'gateway');
    expect(gateway?.['resource_deps']).toEqual(expect.arrayContaining(others));
  });
});

/** What the Tiltfile has in common with `docker compose watch`. */
type Development = Readonly<{
  'x-developed': { entrypoint: string[] };
  services: {
    compiler: { develop: { watch: { action: string; path: string; target?: string }[] } };
  };
}>;
const development = parse(readFileSync('deploy/compose/develop.yml', 'utf8'), {
  merge: true,
}) as Development;

describe('a changed source', () => {
  const inCompose = ranTiltfile();
  const inKubernetes = ranTiltfile({ settings: { on: 'kubernetes' } });
  const stepsOf = (its: Call['arguments'] | undefined) => (its?.['live_update'] ?? []) as Call[];

  it('goes where docker compose watch brings it', () => {
    const compiler = told(inCompose, 'docker_build').find(
      (its) => its['ref'] === 'sortie/compiler',
    );
    const synced = stepsOf(compiler)
      .filter(({ name }) => name === 'sync')
      .map(({ arguments: its }) => [fromRoot(String(its['local_path'])), its['remote_path']]);
    const watched = development.services.compiler.develop.watch
      .filter(({ action }) => action === 'sync')
      .map(({ path, target }) => [path, target]);
    expect(synced).toEqual(watched);
    expect(composeServices(inCompose).get('compiler')?.image).toContain('/compiler:');
  });

  it('runs in every pod of Sortie, whose files can be written and are watched', () => {
    const containers = podsOf(objectsOf(inKubernetes))
      .filter(({ owner }) => owner.kind === 'Deployment')
      .flatMap(({ spec }) => spec.containers);
    expect(containers).toHaveLength(SERVICE_NAMES.length);
    for (const container of containers) {
      expect(container.image).toMatch(/^sortie\/server:/);
      expect(container.command).toEqual(development['x-developed'].entrypoint);
      expect(container.securityContext?.readOnlyRootFilesystem).toBe(false);
    }
  });

  it('restarts neither NATS nor PostgreSQL', () => {
    const moved = told(inKubernetes, 'custom_build')
      .filter((its) => (its['deps'] as string[]).includes('../dist'))
      .map((its) => String(its['ref']));
    expect(moved).toEqual(['sortie/server']);
    const others = podsOf(objectsOf(inKubernetes)).filter(
      ({ owner }) => owner.kind !== 'Deployment',
    );
    const images = others.flatMap(({ spec }) =>
      [...(spec.initContainers ?? []), ...spec.containers].map(({ image }) => image),
    );
    expect(images.filter((image) => image.startsWith('sortie/server'))).toEqual([]);
    expect(images).toHaveLength(3);
  });
});

describe('tilt ci', () => {
  it.each(MODES)('waits for what is ready on %s, and for no button', (mode) => {
    const calls = ranTiltfile({ settings: { on: mode } });
    const local = told(calls, 'local_resource');
    const automatic = local.filter((its) => its['auto_init'] !== false);
    const names = automatic.map((its) => its['name']);
    expect(names).toEqual(
      expect.arrayContaining(['ready', 'check', 'asyncapi', 'test-unit', 'test-contract']),
    );
    for (const name of ['seed', 'reset', 'test-e2e', 'test-crash']) {
      expect(local.map((its) => its['name'])).toContain(name);
      expect(names).not.toContain(name);
    }
    expect(told(calls, 'ci_settings')).toHaveLength(1);
  });
});

describe('the Tiltfile', () => {
  const on = (settings: object, context?: string) =>
    ranTiltfile({ settings, ...(context === undefined ? {} : { context }) });

  it('is on compose unless told otherwise, whatever cluster kubectl knows', () => {
    expect(on({}, 'production')).toEqual(on({ on: 'compose' }, 'production'));
    expect(told(on({}, 'production'), 'k8s_yaml')).toEqual([]);
  });

  it('allows no cluster but those that Tilt knows for local ones, and the one that is named', () => {
    expect(told(on({ on: 'kubernetes' }, 'production'), 'allow_k8s_contexts')).toEqual([]);
    const chosen = { on: 'kubernetes', context: 'shared', registry: 'registry.example.com' };
    const named = on(chosen, 'production');
    expect(told(named, 'allow_k8s_contexts')).toEqual([{ contexts: 'shared' }]);
    expect(told(named, 'default_registry')).toEqual([{ host: 'registry.example.com' }]);
  });

  it('brings kubectl’s commands to the cluster that it was read with', () => {
    const commands = told(on({ on: 'kubernetes' }, 'kind-mine'), 'local_resource')
      .map((its) => String(its['cmd']))
      .filter((command) => command.includes('kubectl'));
    const parts = commands.flatMap((command) => command.split(/&&|\|/));
    const ours = parts.filter((part) => /^\s*kubectl /.test(part));
    expect(ours.length).toBeGreaterThan(5);
    for (const part of ours) expect(part).toContain('kubectl --context kind-mine --namespace ');
  });

  it('gives compose the settings of .env, where there are any', () => {
    const given = (files: string[]) => told(ranTiltfile({ files }), 'docker_compose')[0];
    expect(given([])).not.toHaveProperty('env_file');
    expect(given(['../.env'])).toHaveProperty('env_file', '../.env');
  });

  it('says what to do without a cluster, and about what it does not know', () => {
    expect(() => on({ on: 'kubernetes' }, '')).toThrow('kubectl has no context');
    expect(() => on({ on: 'swarm' })).toThrow('--on takes compose or kubernetes, and not "swarm"');
  });
});

describe('the check of a Tiltfile', () => {
  it.each<[string, Mode, string, string, RegExp]>([
    ['a script that is misspelt', 'compose', "'run', 'check'", "'run', 'chek'", /npm run chek/],
    ['a tier that does not exist', 'compose', "['unit',", "['unti',", /npm test -- unti/],
    ['a tier that is forgotten', 'compose', "'e2e', ", '', /no test runs e2e/],
    [
      'a slow tier that starts by itself',
      'compose',
      'test(tier, False)',
      'test(tier, True)',
      /crash/,
    ],
    ['a service that is forgotten', 'compose', "service('audit', 9468)", '', /audit is forgotten/],
    [
      'it on Kubernetes',
      'kubernetes',
      "service('audit', 9468)",
      '',
      /sortie-audit is not declared/,
    ],
    [
      'a service twice',
      'compose',
      "service('audit', ",
      "service('catalog', 1)\nservice('audit', ",
      /catalog is declared twice/,
    ],
    [
      'a container that does not exist',
      'compose',
      "'nats postgres docker-gate",
      "'nast postgres docker-gate",
      /nast/,
    ],
    [
      'a workload that does not exist',
      'kubernetes',
      "'sortie-' + name",
      "'sorty-' + name",
      /nothing is sorty-identity/,
    ],
    [
      'a stage that does not exist',
      'compose',
      "target = 'build'",
      "target = 'bild'",
      /no stage bild/,
    ],
    [
      'a file that does not exist',
      'compose',
      "'deploy/compose/develop.yml'",
      "'deploy/compose/dev.yml'",
      /dev\.yml/,
    ],
    [
      'a folder that is no part of the image',
      'compose',
      "sync('../services'",
      "sync('../test'",
      /\.dockerignore leaves out test/,
    ],
    [
      'a folder that is not watched',
      'kubernetes',
      "['../dist'],",
      "['../services'],",
      /dist is no part/,
    ],
    [
      'an image that nothing runs',
      'kubernetes',
      "'sortie/server', [",
      "'sortie/sever', [",
      /nothing runs the image sortie\/sever/,
    ],
    [
      'a port that a pod does not have',
      'kubernetes',
      "'nats', 14222, 4222",
      "'nats', 14222, 8222",
      /sortie-nats has no port 8222/,
    ],
    [
      'a port for two',
      'kubernetes',
      "service('audit', 9468)",
      "service('audit', 9467)",
      /9467 is taken/,
    ],
    [
      'a circle',
      'compose',
      "dc_resource('compiler', labels = ['parts'], resource_deps = ['parts'])",
      "dc_resource('compiler', labels = ['parts'], resource_deps = ['gateway'])",
      /compiler waits for gateway/,
    ],
    [
      'a field that Kubernetes does not have',
      'kubernetes',
      "['readOnlyRootFilesystem']",
      "['readOnlyRootFileSystem']",
      /unknown field/,
    ],
  ])('sees %s', (_name, ...[mode, from, to, fault]) => {
    expect(TILTFILE).toContain(from);
    expect(() => {
      throw new Error(tiltfileFaults(mode, TILTFILE.replace(from, to)).join('\n'));
    }).toThrow(fault);
  });

  it.each([
    ['import os', /no Import/],
    ['while True: pass', /no While/],
    ['class A: pass', /no ClassDef/],
    ['try: pass\nexcept: pass', /no Try/],
    ["x = f'{1}'", /no JoinedStr/],
    ['x = 1 is 1', /no Is/],
    ['x = 1 < 2 < 3', /no chains of comparisons/],
    ["x = 'a' 'b'", /joins texts with \+ only/],
    ["x = 'a'.encode()", /has \.encode/],
    ['x = {1, 2}', /no Set/],
    ["open('x')", /'open' is not defined/],
    ["docker_bild('a', '.')", /'docker_bild' is not defined/],
    ["load('ext://restart_process', 'x')", /'load' is not defined/],
    ["local_resource('a', comand = 'b')", /local_resource has no parameter "comand"/],
    ["docker_build('a')", /docker_build needs "context"/],
    ["sync('a', 'b', 'c')", /sync takes 2 arguments/],
  ])('refuses %s', (text, why) => {
    expect(() => ranTiltfile({ text })).toThrow(why);
  });

  it('reads .dockerignore as Docker does', () => {
    const left = ['data', 'services/app.spec.ts', 'shared/docs/events.md', 'deploy/helm', '.env'];
    const kept = ['services', 'services/main.ts', 'shared/docs/asyncapi.json', 'deploy/image'];
    expect([...left, ...kept].filter(isIgnored)).toEqual(left);
  });
});
