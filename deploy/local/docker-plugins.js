// @ts-check
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { takeFromDebian } from './debian-package.js';

// Debian bookworm's Docker has neither compose 2 nor buildx; both are single programs that sid's packages bring.

const SUITE = 'sid';
/** A folder for DOCKER_CONFIG, in which the docker command looks for plugins. */
const FOLDER = 'data/programs/docker';
const PLUGINS = /** @type {const} */ ({ compose: 'docker-compose', buildx: 'docker-buildx' });

/** @typedef {keyof typeof PLUGINS} Plugin */

/**
 * The environment in which the docker command has the plugins that were fetched beside those of the machine.
 * @param {string} root the folder of package.json
 * @returns {{ DOCKER_CONFIG?: string }}
 */
export function dockerPluginsEnv(root) {
  const folder = join(root, FOLDER);
  return existsSync(folder) ? { DOCKER_CONFIG: folder } : {};
}

/**
 * Fetches the plugins of the docker command that are missing, unless SORTIE_PROVISION=off.
 * @param {string} root
 * @returns {Promise<string | undefined>} what is missing still and how to get it, in words
 */
export async function provideDockerPlugins(root) {
  const reasons = [];
  for (const plugin of missingFrom(root)) {
    const off = process.env['SORTIE_PROVISION'] === 'off';
    const reason = off ? undefined : await fetch(root, plugin);
    if (reason !== undefined) reasons.push(reason);
  }
  const missing = missingFrom(root);
  if (missing.length === 0) return undefined;
  return [
    ...reasons,
    `The tests of the compose stack need the docker command with its plugins ${missing.join(' and ')}: install them (docs.docker.com/engine/install has packages), or run the tests on Debian with its mirror in reach, where they are fetched by themselves.`,
  ].join('\n');
}

/** @param {string} root */
function missingFrom(root) {
  const plugins = /** @type {Plugin[]} */ (Object.keys(PLUGINS));
  return plugins.filter((plugin) => !runs(root, plugin));
}

/**
 * @param {string} root
 * @param {Plugin} plugin
 */
function runs(root, plugin) {
  try {
    const env = { ...process.env, ...dockerPluginsEnv(root) };
    execFileSync('docker', [plugin, 'version'], { stdio: 'ignore', timeout: 10_000, env });
    return true;
  } catch {
    return false;
  }
}

/**
 * @param {string} root
 * @param {Plugin} plugin
 * @returns {Promise<string | undefined>} why not
 */
async function fetch(root, plugin) {
  const name = PLUGINS[plugin];
  console.error(`Fetching ${name} from Debian ${SUITE} for the tests (once).`);
  const folder = join(root, FOLDER, 'cli-plugins');
  mkdirSync(folder, { recursive: true });
  const draft = join(folder, `.${name}-${process.pid}`);
  try {
    const failure = await takeFromDebian({ suite: SUITE, name, program: name }, draft);
    if (failure !== undefined) return failure;
    chmodSync(draft, 0o755);
    // Named last and at once: another command may be looking.
    renameSync(draft, join(folder, name));
    return undefined;
  } finally {
    rmSync(draft, { force: true });
  }
}
