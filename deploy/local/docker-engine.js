// @ts-check
import { spawn } from 'node:child_process';
import { mkdirSync, openSync, closeSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { aptAvailable, aptInstall } from './apt.js';
import { isOnPath } from './programs.js';

// The tests of images, of the Docker driver and of the whole stack need an engine. Where none answers, Debian's own is
// installed and started, and stopped again by whoever had it started.

/** iptables: the engine makes its networks with it. debootstrap: base images are made with it where no registry is. */
const PACKAGES = ['docker.io', 'iptables', 'debootstrap'];
const SOCKET = '/var/run/docker.sock';
const ANSWER_MS_MAX = 5_000;
const START_MS_MAX = 60_000;
const END_MS_MAX = 30_000;
const LOG = 'data/dockerd.log';

/** @typedef {{ version: string }} Engine */
/** @typedef {{ stop?: () => Promise<void>, lacking?: string }} Provided `lacking`: what is missing and how to get it, in words */

/**
 * Asks the Docker engine on this machine for its version.
 * @param {string} [socketPath]
 * @returns {Promise<Engine | undefined>} undefined when none answers
 */
export function findEngine(socketPath = SOCKET) {
  return new Promise((resolve) => {
    const asked = request({ socketPath, path: '/version', timeout: ANSWER_MS_MAX }, (answer) => {
      let body = '';
      answer.setEncoding('utf8').on('data', (text) => (body += text));
      answer.on('end', () => resolve(engineOf(body)));
      answer.on('error', () => resolve(undefined));
    });
    asked.on('timeout', () => asked.destroy());
    asked.on('error', () => resolve(undefined));
    asked.end();
  });
}

/**
 * @param {string} body
 * @returns {Engine | undefined}
 */
function engineOf(body) {
  try {
    const { Version: version } = JSON.parse(body);
    return typeof version === 'string' ? { version } : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Finds an engine or, as root on Debian, installs and starts one, unless SORTIE_PROVISION=off.
 * @param {string} root the folder of package.json
 * @returns {Promise<Provided>}
 */
export async function provideEngine(root) {
  const mayInstall = process.env['SORTIE_PROVISION'] !== 'off' && aptAvailable();
  if (mayInstall && !PACKAGES.every(isInstalled)) {
    console.error(`Installing ${PACKAGES.join(', ')} with apt-get for the tests (once).`);
    const failure = await aptInstall(PACKAGES);
    if (failure !== undefined) console.error(failure);
  }
  if ((await findEngine()) !== undefined) return {};
  if (!mayInstall || !isOnPath('dockerd')) return { lacking: missingSentence('none answers') };
  return startEngine(root);
}

/** @param {string} name */
const isInstalled = (name) => isOnPath(PROGRAM_OF[name] ?? name);

/** @type {Record<string, string>} */
const PROGRAM_OF = { 'docker.io': 'dockerd' };

/**
 * @param {string} root
 * @returns {Promise<Provided>}
 */
async function startEngine(root) {
  console.error('Starting the Docker engine for the tests.');
  mkdirSync(join(root, 'data'), { recursive: true });
  const log = openSync(join(root, LOG), 'a');
  const daemon = spawn('dockerd', [], { detached: true, stdio: ['ignore', log, log] });
  closeSync(log);
  daemon.unref();
  let ended = false;
  daemon.once('error', () => (ended = true));
  daemon.once('exit', () => (ended = true));
  const stop = async () => {
    daemon.kill('SIGTERM');
    for (const until = Date.now() + END_MS_MAX; !ended && Date.now() < until;) await delay(100);
  };
  for (const until = Date.now() + START_MS_MAX; !ended && Date.now() < until;) {
    if ((await findEngine()) !== undefined) return { stop };
    await delay(200);
  }
  await stop();
  return { lacking: missingSentence(`dockerd did not start (${LOG} says why)`) };
}

/** @param {string} why */
export function missingSentence(why) {
  return `The tests of images, of the Docker driver and of the compose stack need a Docker engine at ${SOCKET}, and ${why}: install and start one (on Debian or Ubuntu, as root: apt-get install --no-install-recommends ${PACKAGES.join(' ')}), and run the command again. They fail without; the suites of the log and the databases run on programs instead.`;
}
