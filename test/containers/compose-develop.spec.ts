// Goal: while a person works on the sources, a change runs in the stack's containers within seconds, and on the page.
// Method: `docker compose watch` on a copy of the sources, with the file that goes beside the usual one; a sentence is changed in it.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFailed } from 'vitest';
import { ROOT } from '#test/support/compose-docker.js';
import { ComposeStack } from '#test/support/compose-stack.js';
import { until } from '#test/support/waits.js';

const FILES = ['--file', 'docker-compose.yml', '--file', 'deploy/compose/develop.yml'];
const COPIED = [
  ...['docker-compose.yml', 'package.json', 'package-lock.json', '.npmrc', '.dockerignore'],
  ...['tsconfig.json', 'tsconfig.build.json', 'deploy', 'examples', 'services', 'shared'],
];
const WATCH_MS_MAX = 300_000;
const CHANGE_MS_MAX = 60_000;

const folder = mkdtempSync(join(tmpdir(), 'sortie-develop-'));
let stack: ComposeStack;
let watch: ChildProcess;
let told = '';

beforeAll(async () => {
  for (const path of COPIED) cpSync(join(ROOT, path), join(folder, path), { recursive: true });
  stack = await ComposeStack.open({ folder, options: FILES });
  await stack.build();
  await stack.up();
  watch = spawn('docker', stack.commandLine(['watch', '--no-up']), stack.spawning());
  for (const stream of [watch.stdout, watch.stderr]) {
    stream?.on('data', (chunk: Buffer) => (told += chunk.toString()));
  }
  await until('it watches', () => /watch enabled/i.test(told), WATCH_MS_MAX);
});
afterAll(async () => {
  if (watch?.exitCode === null) {
    watch.kill('SIGINT');
    await once(watch, 'exit');
  }
  await stack?.close();
  rmSync(folder, { recursive: true });
});

function change(path: string, from: string, to: string): void {
  const text = readFileSync(join(folder, path), 'utf8');
  expect(text).toContain(from);
  writeFileSync(join(folder, path), text.replaceAll(from, to));
}

describe('a change of a source', () => {
  it('runs in every service within seconds', async () => {
    onTestFailed(async () => console.error(told, await stack.logs('compiler', 'catalog')));
    const changed = Date.now();
    change('services/greeting.ts', 'Sortie is ready', 'Sortie is ready, once more');
    for (const name of ['catalog', 'gateway']) {
      const says = async () => (await stack.logs(name)).includes('ready, once more');
      await until(`${name} runs it`, says, CHANGE_MS_MAX);
    }
    console.log(`A change of a source ran after ${((Date.now() - changed) / 1_000).toFixed(1)} s`);
    const answers = async () => (await fetch(`${stack.url}/readyz`).catch(() => undefined))?.ok;
    expect(await until('it is ready again', answers, CHANGE_MS_MAX)).toBe(true);
  });

  it('is on the page without a restart', async () => {
    onTestFailed(async () => console.error(told, await stack.logs('compiler')));
    const gateway = await stack.service('gateway');
    const before = await gateway.inspect('.State.Pid');
    change('services/gateway/web/index.html', '<title>', '<title>Changed ');
    const shows = async () => (await (await fetch(stack.url)).text()).includes('<title>Changed ');
    expect(await until('the page has it', shows, CHANGE_MS_MAX)).toBe(true);
    expect(await gateway.inspect('.State.Pid')).toBe(before);
  });
});
