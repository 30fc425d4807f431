// Goal: the image of Sortie runs anywhere as nobody in particular, has nothing to spare, and a new version rebuilds its last stage only.
// Method: built by both builders from what is here, and once more from a copy with another version; started hardened, asked, and stopped.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SERVICE_NAMES } from '#shared/contracts/permissions.js';
import {
  buildImage,
  type Container,
  docker,
  EngineThings,
  newName,
  ranDocker,
  ROOT,
} from '#test/support/compose-docker.js';

const FILE = 'deploy/image/Dockerfile';
const NAME = newName('server');
const IMAGE = `${NAME}:test`;
const HARDENED = [
  // A test has no time to wait for the next look.
  ...['--health-interval', '500ms'],
  ...['--read-only', '--tmpfs', '/tmp', '--cap-drop', 'ALL'],
  ...['--security-opt', 'no-new-privileges:true'],
];
/** Layers that a new version may make anew: what was built, the examples, and what names the version. */
const OWN_LAYERS = 3;
/** A container that takes longer is killed, and its exit code says so. */
const STOP_SECONDS_MAX = '30';
const BYTES_MAX = 420 * 1_024 ** 2;

const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
const things = new EngineThings();

beforeAll(async () => {
  await buildImage({
    ...{ tag: IMAGE, context: '.', file: FILE },
    args: { SORTIE_REVISION: 'abc123', SORTIE_CREATED: '2026-11-21T00:00:00Z' },
  });
});
afterAll(async () => {
  await things.remove();
  const tags = await docker('images', '--quiet', NAME);
  if (tags !== '') await ranDocker(['rmi', '--force', ...tags.split('\n')]);
});

const inImage = (...command: string[]) =>
  ranDocker(
    ['run', '--rm', '--network', 'none', '--entrypoint', command[0] ?? '', IMAGE].concat(
      command.slice(1),
    ),
  );

describe('the image', () => {
  it('says what it is', async () => {
    const labels = JSON.parse(await docker('inspect', '-f', '{{json .Config.Labels}}', IMAGE));
    expect(labels).toEqual({
      'org.opencontainers.image.title': 'Sortie',
      'org.opencontainers.image.description': expect.stringContaining('desktop apps'),
      'org.opencontainers.image.version': version,
      'org.opencontainers.image.revision': 'abc123',
      'org.opencontainers.image.created': '2026-11-21T00:00:00Z',
    });
  });

  it('is Node.js 24 on Debian, the built product, and what that needs at run time', async () => {
    expect((await inImage('node', '--version')).stdout).toMatch(/^v24\./);
    expect((await inImage('ls', '/app')).stdout.trim().split('\n')).toEqual([
      ...['dist', 'examples', 'healthcheck.js', 'node_modules', 'package.json'],
    ]);
    const size = Number(await docker('inspect', '-f', '{{.Size}}', IMAGE));
    console.log(`The image takes ${Math.round(size / 1_000_000)} MB with its Debian.`);
    expect(size).toBeLessThan(BYTES_MAX);
  });

  it('has nothing to build, fetch or script with', async () => {
    const programs = ['npm', 'npx', 'gcc', 'cc', 'make', 'python3', 'curl', 'wget', 'git', 'ssh'];
    const found = await inImage(
      'sh',
      '-c',
      `for p in ${programs.join(' ')}; do command -v $p; done`,
    );
    expect(found.output).toBe('');
  });

  it('has no tests, no settings and nothing that can become another user', async () => {
    const strays = "-name '*.spec.*' -o -name '.env*' -o -name .git -o -name '*.tsbuildinfo'";
    const found = await inImage(
      'sh',
      '-c',
      `find /app -path /app/node_modules -prune -o \\( ${strays} \\) -print`,
    );
    expect(found.output).toBe('');
    expect((await inImage('find', '/', '-xdev', '-perm', '/6000', '-type', 'f')).stdout).toBe('');
  });

  it('has the command line', async () => {
    const { code, stdout } = await inImage('sortie', '--help');
    expect([code, stdout]).toEqual([0, expect.stringContaining('stack')]);
  });
});

describe('a container of it, hardened', () => {
  let one: Container;
  beforeAll(async () => {
    one = await (
      await things.container(...HARDENED, '--publish', '127.0.0.1::8080', IMAGE)
    ).healthy();
  });

  it('runs as 10001, node being the first process', async () => {
    const status = await one.exec('cat', '/proc/1/status');
    expect(status).toMatch(/^Uid:\s+10001\s+10001\s+10001\s+10001$/m);
    expect(status).toMatch(/^Gid:\s+10001\s+10001\s+10001\s+10001$/m);
    expect(status).toMatch(/^CapEff:\s+0+$/m);
    expect(await one.exec('cat', '/proc/1/cmdline')).toContain('dist/services/main.js');
  });

  it('serves the page and its API', async () => {
    const port = (await docker('port', one.name, '8080')).split(':').at(-1);
    const page = await fetch(`http://127.0.0.1:${port}/`);
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('<html')]);
    expect((await fetch(`http://127.0.0.1:${port}/api/apps`)).status).toBe(401);
  });

  it('tells by its health check whether it lives and whether it is ready', async () => {
    expect(await one.exec('node', '/app/healthcheck.js', 'livez')).not.toBe('');
    expect(await one.exec('node', '/app/healthcheck.js', 'readyz')).toContain('ok');
    const other = await ranDocker([
      'exec',
      '-e',
      'SORTIE_PROBES_PORT=1',
      one.name,
      'node',
      '/app/healthcheck.js',
    ]);
    expect([other.code, other.output]).toEqual([1, expect.stringContaining('does not answer')]);
  });

  it('can be operated from inside', async () => {
    expect(await one.exec('sortie', 'admin', 'reset-password', 'admin')).toContain(
      'new password of admin',
    );
    expect(await one.exec('sortie', 'projections', 'list')).toContain('catalog.applications');
  });

  it('keeps its data in /data, which nobody else can enter', async () => {
    expect(await one.exec('stat', '-c', '%u %a', '/data')).toBe('10001 700');
    expect(await one.exec('ls', '/data')).toContain('sortie.db');
  });

  it('ends with 0 when it is asked to, soon', async () => {
    await docker('stop', '--time', STOP_SECONDS_MAX, one.name);
    expect(await one.ended()).toMatchObject({ code: 0, said: expect.stringContaining('Stopping') });
  });
});

describe('a container that can not start', () => {
  const ended = async (...options: string[]) =>
    (await things.container(...HARDENED, ...options, IMAGE)).ended();

  it.each(SERVICE_NAMES.map((name) => [name]))('says what %s lacks alone', async (name) => {
    const { code, said } = await ended('--env', `SORTIE_SERVICES=${name}`);
    expect([code, said]).toEqual([1, expect.stringContaining('need SORTIE_NATS_URL')]);
  });

  it('says all that is wrong with its settings at once', async () => {
    const wrong = ['SORTIE_PORT=abc', 'SORTIE_SERVICES=postoffice', 'SORTIE_LOG_LEVEL=loud'];
    const { code, said } = await ended(...wrong.flatMap((setting) => ['--env', setting]));
    expect(code).toBe(1);
    for (const setting of wrong) expect(said).toContain(`${setting.split('=')[0]} must`);
  });

  it('says that it can not write its data', async () => {
    const { code, said } = await ended('--tmpfs', '/data:mode=0755,uid=0');
    expect([code, said]).toEqual([1, expect.stringMatching(/ \/data.* can't be /)]);
  });
});

describe('a new version', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sortie-image-context-'));
  // One that no builder has seen.
  const next = `97.1.${Date.now()}`;
  afterAll(() => rmSync(folder, { recursive: true }));

  const kept = [
    ...['package.json', 'package-lock.json', '.npmrc', '.dockerignore', 'examples', 'shared'],
    ...['services', 'tsconfig.json', 'tsconfig.build.json', 'deploy/image', 'deploy/local'],
  ];
  // Nobody works on the copy meanwhile.
  for (const path of kept) cpSync(join(ROOT, path), join(folder, path), { recursive: true });

  /** Gives the sources the next version, wherever one is named. */
  function setVersion(from: string, to: string): void {
    for (const path of ['package.json', 'package-lock.json', FILE]) {
      const text = readFileSync(join(folder, path), 'utf8');
      const named = new RegExp(`("version": "|SORTIE_VERSION=)${from.replaceAll('.', '\\.')}`);
      // A lockfile says its own version twice, first of all.
      const changed = text.replace(named, `$1${to}`);
      const all = path === 'package-lock.json' ? changed.replace(named, `$1${to}`) : changed;
      expect(all, path).not.toBe(text);
      writeFileSync(join(folder, path), all);
    }
  }

  const layersOf = async (image: string): Promise<string[]> =>
    JSON.parse(await docker('inspect', '-f', '{{json .RootFS.Layers}}', image)) as string[];

  it('makes the last stage anew and takes every other from the cache', async () => {
    const [first, tag] = [`${NAME}:first`, `${NAME}:next`];
    await buildImage({ tag: first, context: folder, file: FILE });
    setVersion(version, next);
    const told = await buildImage({ tag, context: folder, file: FILE });
    const run = told.matchAll(/^#(\d+) \[(\w+) +\d+\/\d+\] (?!FROM)/gm);
    const steps = [...run].map(([, step, stage]) => ({
      step,
      stage,
    }));
    const anew = steps.filter(({ step }) => !new RegExp(`^#${step} CACHED`, 'm').test(told));
    const stages = new Set(steps.map(({ stage }) => stage));
    expect(stages).toEqual(
      new Set(['manifest', 'dependencies', 'infrastructure', 'build', 'application']),
    );
    expect(new Set(anew.map(({ stage }) => stage))).toEqual(new Set(['manifest', 'application']));

    const [before, after] = [await layersOf(first), await layersOf(tag)];
    const changed = after.filter((layer) => !before.includes(layer));
    console.log(`A new version makes ${changed.length} of ${after.length} layers anew.`);
    expect(changed.length).toBeGreaterThan(0);
    expect(after.slice(0, -OWN_LAYERS)).toEqual(before.slice(0, -OWN_LAYERS));
    const label = '{{index .Config.Labels "org.opencontainers.image.version"}}';
    expect(await docker('inspect', '-f', label, tag)).toBe(next);
  });

  it('does so with the classic builder, too', async () => {
    const classic = { file: FILE, env: { DOCKER_BUILDKIT: '0' } };
    const upTo = (tag: string) =>
      buildImage({ ...classic, tag, context: folder, target: 'infrastructure' });
    await upTo(`${NAME}:classic`);
    setVersion(next, `${next}1`);
    const told = await upTo(`${NAME}:classic-next`);
    const [, later = ''] = told.split(/ AS dependencies$/m);
    const steps = later.match(/^Step \d+\/\d+ : (RUN|COPY)/gm) ?? [];
    expect(steps.length).toBeGreaterThan(4);
    expect(later.match(/^ ---> Running in/gm)).toBeNull();
    expect(await layersOf(`${NAME}:classic-next`)).toEqual(await layersOf(`${NAME}:classic`));
  });
});
