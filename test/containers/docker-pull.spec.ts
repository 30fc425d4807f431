// Goal: an image that the engine has not is fetched, with its bytes counted; one that it has is never fetched again.
// Method: a real registry on this machine, with the terminal's image and a layer of random bytes; the engine pulls from
//         it over HTTP, as it may from 127.0.0.1, and a socket in front of the engine shows what was asked.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { StartProgress } from '#services/session/adapters/runtime-driver.js';
import { buildDesktopImages, DESKTOP_IMAGES, docker } from '#test/support/docker-images.js';
import { type DockerRegistry, startDockerRegistry } from '#test/support/docker-registry.js';
import { DOCKER_SOCKET, DockerStage } from '#test/support/docker-stage.js';
import { openUnixProxy, type UnixProxy } from '#test/support/unix-proxy.js';

const stage = new DockerStage();
const LAYER_BYTES = 24 * 1024 ** 2;

let registry: DockerRegistry;
let image: string;
let proxy: UnixProxy;

beforeAll(async () => {
  await buildDesktopImages();
  registry = await startDockerRegistry();
  image = `${registry.host}/team/terminal:1.0`;
  await pushImage();
}, 600_000);

afterAll(async () => {
  await forgetImage();
  await registry.stop();
});

beforeEach(async () => {
  await forgetImage();
  proxy = await openUnixProxy(join(stage.folder, 'engine.sock'), DOCKER_SOCKET);
});

afterEach(async () => {
  await proxy.close();
});

/** By its id, with every name that it has: one by digest is left over otherwise. */
async function forgetImage(): Promise<void> {
  const ids = await docker('image', 'ls', '--quiet', '--no-trunc', image.replace(/:[^:]*$/, ''));
  if (ids !== '') await docker('image', 'rm', '--force', ...new Set(ids.split('\n')));
}

/** The terminal, with bytes of its own that don't pack, in the registry and not in the engine any more. */
async function pushImage(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'sortie-image-'));
  await writeFile(join(folder, 'bytes'), randomBytes(LAYER_BYTES));
  await writeFile(
    join(folder, 'Dockerfile'),
    `FROM ${DESKTOP_IMAGES.terminal}\nCOPY bytes /usr/share/bytes\n`,
  );
  await docker('build', '--quiet', '--tag', image, folder);
  await docker('push', '--quiet', image);
  await rm(folder, { recursive: true });
}

const pulls = (): readonly string[] =>
  proxy.requests.filter((line) => line.includes('/images/create'));

describe('an image that the engine has not', () => {
  it('is fetched, and how far that is only ever grows, to the whole of it', async () => {
    const driver = await stage.open({ socketPath: proxy.path });
    const told: StartProgress[] = [];
    const spec = stage.spec(undefined, { image });
    const signal = AbortSignal.timeout(60_000);
    const runtime = await driver.start(spec, signal, (progress) => told.push(progress));
    expect(runtime.state).toBe('running');
    expect(pulls()).toHaveLength(1);
    const last = told.at(-1);
    expect(last?.done).toBe(last?.total);
    expect(last?.total).toBeGreaterThanOrEqual(LAYER_BYTES);
    expect(told.length).toBeGreaterThan(2);
    const done = told.map((one) => one.done);
    expect(done).toEqual(done.toSorted((a, b) => a - b));
    expect(told.every((one) => one.step === 'image' && one.done <= one.total)).toBe(true);
  });

  it('is not fetched again once it is there, by tag or by digest', async () => {
    const driver = await stage.open({ socketPath: proxy.path });
    await stage.start(driver, stage.spec(undefined, { image }));
    const digests = await docker(
      'image',
      'inspect',
      '--format',
      '{{join .RepoDigests " "}}',
      image,
    );
    const digest = digests.split(' ').find((one) => one.startsWith(registry.host)) ?? '';
    await stage.start(driver, stage.spec(undefined, { image }));
    await stage.start(driver, stage.spec(undefined, { image: digest }));
    expect(pulls()).toHaveLength(1);
  });

  it('is fetched once for many sessions at once', async () => {
    const driver = await stage.open({ socketPath: proxy.path });
    const starts = [1, 2, 3].map(() => stage.start(driver, stage.spec(undefined, { image })));
    expect((await Promise.all(starts)).map(({ state }) => state)).toEqual(Array(3).fill('running'));
  });

  it('is given up when the start is aborted, and leaves nothing', async () => {
    const driver = await stage.open({ socketPath: proxy.path });
    const abort = new AbortController();
    const progress = () => abort.abort(new Error('changed my mind'));
    const started = driver.start(stage.spec(undefined, { image }), abort.signal, progress);
    await expect(started).rejects.toThrow('changed my mind');
    expect(await driver.list()).toEqual([]);
    expect(await stage.machine.leftovers()).toEqual([]);
  });

  it('and that the registry has not either, is told by its name and the reason', async () => {
    const driver = await stage.open();
    const unknown = `${registry.host}/team/unknown`;
    const started = stage.start(driver, stage.spec(undefined, { image: unknown }));
    await expect(started).rejects.toMatchObject({
      code: 'ImageUnavailable',
      message: expect.stringMatching(
        `^The image ${unknown}:latest isn't on the engine's machine and can't be fetched: .*(unknown|not found).* docker build\\.$`,
      ),
    });
  });
});
