// @ts-check
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { runQuietly } from './quiet-command.js';

/**
 * Runs npm quietly: the same npm that started this process, else the one on PATH.
 * @param {string[]} args
 * @param {import('./quiet-command.js').QuietOptions} options
 */
export function runNpm(args, options) {
  const env = { ...headersOfThisNode(), ...options.env };
  const path = process.env['npm_execpath'];
  if (path !== undefined && basename(path) === 'npm-cli.js' && existsSync(path)) {
    return runQuietly(process.execPath, [path, ...args], { ...options, env });
  }
  return runQuietly('npm', args, { ...options, env });
}

/**
 * A native package that is compiled asks nodejs.org for Node's headers, though most installs of
 * Node bring them: then they are used, and a machine that reaches only its npm registry will do.
 * @returns {NodeJS.ProcessEnv}
 */
function headersOfThisNode() {
  const prefix = dirname(dirname(process.execPath));
  const found = headersVersion(join(prefix, 'include', 'node', 'node_version.h'));
  return found === process.versions.node ? { npm_config_nodedir: prefix } : {};
}

/** @param {string} path */
function headersVersion(path) {
  if (!existsSync(path)) return undefined;
  const text = readFileSync(path, 'utf8');
  return ['MAJOR', 'MINOR', 'PATCH']
    .map((part) => new RegExp(`#define NODE_${part}_VERSION (\\d+)`).exec(text)?.[1])
    .join('.');
}
