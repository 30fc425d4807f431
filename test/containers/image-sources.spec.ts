// Goal: what our images are built from is what it says, whether it was pulled or made here.
import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { imageSources } from '../../deploy/local/image-sources.js';

const { SORTIE_DEBIAN_IMAGE, SORTIE_NODE_IMAGE } = imageSources();
const run = (image: string, ...command: string[]) =>
  execFileSync('docker', ['run', '--rm', '--network', 'none', image, ...command], {
    encoding: 'utf8',
  });

it('is the release of Debian that the packages are named for', () => {
  expect(run(SORTIE_DEBIAN_IMAGE, 'cat', '/etc/os-release')).toContain('VERSION_CODENAME=trixie');
});

it('is Node 24 on the same Debian, with npm', () => {
  expect(run(SORTIE_NODE_IMAGE, 'node', '--version')).toMatch(/^v24\./);
  expect(run(SORTIE_NODE_IMAGE, 'npm', '--version')).toMatch(/^1\d\./);
  expect(run(SORTIE_NODE_IMAGE, 'cat', '/etc/os-release')).toContain('VERSION_CODENAME=trixie');
});
