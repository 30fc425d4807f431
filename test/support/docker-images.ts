import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { imageSources } from '../../deploy/local/image-sources.js';

const BUILD_MS_MAX = 300_000;
const PARTS = ['display', 'terminal', 'editor'] as const;

export type DesktopImages = Readonly<Record<(typeof PARTS)[number], string>>;

/** The desktops' images as tests build them; a tag of their own, so that nobody's `latest` is touched. */
export const DESKTOP_IMAGES: DesktopImages = {
  display: 'sortie/display:test',
  terminal: 'sortie/terminal:test',
  editor: 'sortie/editor:test',
};

/** Builds the images of desktops; what has not changed since is there already. Takes a minute the first time. */
export async function buildDesktopImages(): Promise<DesktopImages> {
  const { SORTIE_DEBIAN_IMAGE } = imageSources();
  for (const part of PARTS) {
    const built = [
      '--build-arg',
      `DEBIAN_IMAGE=${SORTIE_DEBIAN_IMAGE}`,
      '--tag',
      DESKTOP_IMAGES[part],
    ];
    await docker('build', '--quiet', ...built, resolve('deploy/images', part));
  }
  return DESKTOP_IMAGES;
}

/** Runs the docker command and answers what it printed. */
export async function docker(...args: readonly string[]): Promise<string> {
  const env = { ...process.env, DOCKER_BUILDKIT: '0' };
  const options = { env, timeout: BUILD_MS_MAX, maxBuffer: 64 * 1024 ** 2 };
  const { stdout } = await promisify(execFile)('docker', args, options);
  return stdout.trim();
}
