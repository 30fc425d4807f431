// @ts-check
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { debianCodename, debianMirrors } from './debian-mirror.js';
import { isOnPath } from './programs.js';
import { lastLines, runQuietly } from './quiet-command.js';

// A program of another Debian release is taken out of its package and run from a folder of ours:
// nothing is installed, so the machine's own packages stay as they are. Needs no root.

/** @typedef {{ suite: string, name: string, program: string }} Package `program`: its file name, in a folder of programs of the package */

/**
 * Copies one program out of a Debian package of any release.
 * @param {Package} wanted
 * @param {string} target where the program is put
 * @returns {Promise<string | undefined>} what went wrong, if anything
 */
export async function takeFromDebian(wanted, target) {
  if (!isOnPath('apt-get') || !isOnPath('dpkg')) return 'this machine has no apt-get and dpkg.';
  const codename = debianCodename();
  const mirrors = codename === undefined ? [] : debianMirrors({ codename });
  let failure = 'no source of Debian itself is in /etc/apt.';
  for (const mirror of mirrors) {
    const folder = mkdtempSync(join(tmpdir(), 'sortie-apt-'));
    try {
      const failed = await unpack(folder, mirror, wanted);
      if (failed === undefined) {
        const found = findProgram(join(folder, 'unpacked'), wanted.program);
        if (found === undefined) return `${wanted.name} of Debian ${wanted.suite} has no program.`;
        copyFileSync(found, target);
        return undefined;
      }
      failure = failed;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  return failure;
}

/**
 * @param {string} folder
 * @param {import('./debian-mirror.js').Mirror} mirror
 * @param {Package} wanted
 */
async function unpack(folder, { uri, signedBy }, { suite, name }) {
  const list = join(folder, 'sources.list');
  writeFileSync(list, `deb [signed-by=${signedBy}] ${uri} ${suite} main\n`);
  for (const part of ['lists/partial', 'cache/archives/partial']) {
    mkdirSync(join(folder, part), { recursive: true });
  }
  const options = [
    `Dir::Etc::sourcelist=${list}`,
    'Dir::Etc::sourceparts=-',
    `Dir::State::lists=${join(folder, 'lists')}`,
    `Dir::Cache=${join(folder, 'cache')}`,
    // The folder is private: apt's own unprivileged user could not write it.
    'APT::Sandbox::User=root',
    'Acquire::Languages=none',
    'Acquire::Retries=2',
  ].flatMap((option) => ['-o', option]);
  const doing = `fetching ${name} of Debian ${suite}`;
  const steps = /** @type {const} */ ([
    ['apt-get', [...options, 'update', '--error-on=any']],
    ['apt-get', [...options, 'download', name]],
  ]);
  for (const [command, args] of steps) {
    const { code, output } = await runQuietly(command, [...args], { doing, cwd: folder });
    if (code !== 0) return `${doing} failed:\n${lastLines(output, 8)}`;
  }
  const file = readdirSync(folder).find((entry) => entry.endsWith('.deb')) ?? '';
  const { code, output } = await runQuietly('dpkg', ['-x', join(folder, file), 'unpacked'], {
    doing,
    cwd: folder,
  });
  return code === 0 ? undefined : `${doing} failed:\n${lastLines(output, 8)}`;
}

/**
 * @param {string} folder
 * @param {string} program
 */
function findProgram(folder, program) {
  const places = ['usr/bin', 'usr/sbin', 'bin', 'sbin', 'usr/libexec/docker/cli-plugins'];
  return places.map((place) => join(folder, place, program)).find((path) => existsSync(path));
}
