import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findNatsServers, fits, missingSentence, provideNatsServers } from './nats-server.js';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'sortie-programs-'));
});
afterEach(() => rmSync(root, { recursive: true }));

/** A program that says it is a nats-server of some version. */
function programIn(folder: string, version: string, name = 'nats-server'): string {
  mkdirSync(join(root, folder), { recursive: true });
  const path = join(root, folder, name);
  writeFileSync(path, `#!/bin/sh\necho "nats-server: v${version}"\n`);
  chmodSync(path, 0o755);
  return path;
}
const fetched = (version: string) => programIn('data/programs', version, `nats-server-${version}`);

describe('the versions that will do', () => {
  it.each([
    ['refused', '2.9.10', true],
    ['refused', '2.10.27', false],
    ['oldest', '2.10.27', true],
    ['oldest', '2.10.23', true],
    ['oldest', '2.10.22', false],
    ['oldest', '2.11.0', false],
    ['newest', '2.14.9', false],
    ['newest', '2.15.1', true],
    ['newest', '2.16.0', true],
    ['newest', '3.0.0', false],
  ] as const)('as the %s: %s is %s', (age, version, does) => {
    expect(fits(age, version)).toBe(does);
  });
});

describe('the nats-servers of the tests', () => {
  it('are the fetched ones, the newest of them first', () => {
    const [old, middle, newest] = ['2.9.10', '2.10.27', '2.15.10'].map(fetched);
    fetched('2.15.9');
    expect(findNatsServers(root, {})).toEqual({ refused: old, oldest: middle, newest });
  });

  it('are the named ones first, then the one on PATH, each for what its version fits', () => {
    fetched('2.10.27');
    fetched('2.15.1');
    const named = programIn('named', '2.15.2', 'nats-15');
    const onPath = programIn('bin', '2.10.29');
    const env = { SORTIE_TEST_NATS_SERVER: `/no/such:${named}`, PATH: join(root, 'bin') };
    expect(findNatsServers(root, env)).toEqual({ oldest: onPath, newest: named });
  });

  it('are not those that do not run', () => {
    const broken = programIn('bin', '2.15.2');
    writeFileSync(broken, '#!/bin/sh\nexit 1\n');
    expect(findNatsServers(root, { PATH: join(root, 'bin') })).toEqual({});
  });

  it('are not fetched when all are there', async () => {
    for (const version of ['2.9.10', '2.10.27', '2.15.1']) fetched(version);
    expect(await provideNatsServers(root)).toBeUndefined();
  });

  it('that are missing are told with what to do', () => {
    expect(missingSentence(['oldest'], ['The mirror is away.'])).toBe(
      'The mirror is away.\nThe tests need these programs; put their paths into SORTIE_TEST_NATS_SERVER (with ":" between), or run them on Debian with its mirror in reach, where they are fetched by themselves:\n  nats-server 2.10 to below 2.11 (Debian trixie has one): it is the oldest that Sortie takes',
    );
  });
});
