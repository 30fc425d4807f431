import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { findPrometheus, missingSentence } from './prometheus.js';

const folder = mkdtempSync(join(tmpdir(), 'sortie-programs-'));
const program = (name: string, text: string): void => {
  writeFileSync(join(folder, name), text);
  chmodSync(join(folder, name), 0o755);
};
afterAll(() => rmSync(folder, { recursive: true }));

describe('the programs of Prometheus', () => {
  it('are looked for where a person says, else on PATH, and have to run', () => {
    program('promtool', '#!/bin/sh\nexit 0\n');
    program('prometheus', '#!/bin/sh\nexit 1\n');
    const promtool = join(folder, 'promtool');
    const named = { SORTIE_TEST_PROMETHEUS_BIN: folder, PATH: '' };
    expect(findPrometheus('/nowhere', named)).toEqual({ promtool });
    expect(findPrometheus('/nowhere', { PATH: folder })).toEqual({ promtool });
    const elsewhere = { SORTIE_TEST_PROMETHEUS_BIN: '/nowhere', PATH: folder };
    expect(findPrometheus('/nowhere', elsewhere)).toEqual({});
  });

  it('are asked for in a sentence that says what for and how', () => {
    const sentence = missingSentence(['promtool'], ['fetching it failed.']);
    expect(sentence).toMatch(/^fetching it failed\.\nThe tests need promtool: /);
    expect(sentence).toMatch(/apt-get install .*SORTIE_TEST_PROMETHEUS_BIN/);
  });
});
