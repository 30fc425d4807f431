// @ts-check
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { passSignals } from './quiet-command.js';
import { countTier, failureTexts } from './tiers.js';

const TIER_MS_MAX = 2_400_000;
const END_MS_MAX = 10_000;

/**
 * Runs one tier with its output shown, and reads its count and its failures from vitest's own report.
 * @param {string} root
 * @param {string} tier
 * @param {string[]} filters
 */
export async function runTier(root, tier, filters) {
  const folder = mkdtempSync(join(tmpdir(), 'sortie-test-'));
  const report = join(folder, `${tier}.json`);
  const child = startVitest(root, [
    ...['--config', 'test/vitest.config.ts', '--project', tier],
    ...['--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
    ...filters,
  ]);
  const endSignals = passSignals(child);
  try {
    const exitCode = await ended(child);
    const read = readReport(report);
    return {
      count: countTier(read, exitCode, filters.length > 0),
      failures: failureTexts(tier, read, root),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
    endSignals();
  }
}

/**
 * @param {string} root
 * @param {string[]} args
 */
function startVitest(root, args) {
  return spawn(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', ...args], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @returns {Promise<number>} its exit code
 */
function ended(child) {
  const limit = setTimeout(() => {
    console.error(`The tier is ended: it took more than ${TIER_MS_MAX / 60_000} minutes.`);
    child.kill('SIGTERM');
    setTimeout(() => child.kill('SIGKILL'), END_MS_MAX).unref();
  }, TIER_MS_MAX);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      clearTimeout(limit);
      resolve(code ?? 1);
    });
  });
}

/**
 * @param {string} path
 * @returns {import('./tiers.js').VitestReport | undefined}
 */
function readReport(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}
