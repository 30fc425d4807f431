// @ts-check
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { arch, tmpdir } from 'node:os';
import { join } from 'node:path';
import { debianCodename, debianMirrors } from './debian-mirror.js';
import { takeFromNpm } from './npm-package.js';
import { lastLines, runQuietly } from './quiet-command.js';

// What Sortie's images are built from: Debian, and Node.js on it. Where no registry of images is in reach, stand-ins
// are made from what is: Debian's mirror and npm's registry.

const RELEASE = 'trixie';
const NODE = '24.21.0';
const NPM = '11.19.1';
const PULL_MS_MAX = 120_000;
/** What apt fetched, which an image would only carry about. */
const WITHOUT = [
  './var/cache/apt/archives/*.deb',
  './var/cache/apt/*.bin',
  './var/lib/apt/lists/*',
].map((pattern) => `--exclude=${pattern}`);
const CERTIFICATES = '/etc/ssl/certs/ca-certificates.crt';

/**
 * @typedef {object} Source
 * @property {string} variable the build argument and environment variable that names it
 * @property {string} official
 * @property {string} standIn the name of what is made in its place
 */

/** @type {Readonly<Record<'debian' | 'node', Source>>} */
const SOURCES = {
  debian: {
    variable: 'SORTIE_DEBIAN_IMAGE',
    official: `debian:${RELEASE}-slim`,
    standIn: `sortie-base/debian:${RELEASE}`,
  },
  node: {
    variable: 'SORTIE_NODE_IMAGE',
    official: `node:24-${RELEASE}-slim`,
    standIn: 'sortie-base/node:24',
  },
};

/**
 * Which images to build from: those that the environment names, else the official ones that the engine has, else
 * their stand-ins.
 * @returns {{ SORTIE_DEBIAN_IMAGE: string, SORTIE_NODE_IMAGE: string }}
 */
export function imageSources() {
  return { SORTIE_DEBIAN_IMAGE: chosen(SOURCES.debian), SORTIE_NODE_IMAGE: chosen(SOURCES.node) };
}

/** @param {Source} source */
function chosen({ variable, official, standIn }) {
  return process.env[variable] ?? (hasImage(official) ? official : standIn);
}

/**
 * Gets the images to build from: pulls them, else makes stand-ins.
 * @returns {Promise<string | undefined>} what is missing still and how to get it, in words
 */
export async function provideImageSources() {
  const debian = await provide(SOURCES.debian, makeDebian);
  if (debian !== undefined) return debian;
  return provide(SOURCES.node, makeNode);
}

/**
 * @param {Source} source
 * @param {(image: string) => Promise<string | undefined>} make answers why not
 */
async function provide(source, make) {
  if (hasImage(chosen(source))) return undefined;
  const { official, standIn, variable } = source;
  const pulled = await docker(['pull', '--quiet', official], `fetching ${official}`, PULL_MS_MAX);
  if (pulled === undefined) return undefined;
  console.error(`${official} can't be pulled, so ${standIn} is made in its place (once).`);
  const failure = await make(standIn);
  if (failure === undefined) return undefined;
  return `${failure}\nThe images need ${official} to be built from: have ${variable} name an image like it that the engine has or can pull.`;
}

/** @param {string} image */
function hasImage(image) {
  try {
    execFileSync('docker', ['image', 'inspect', image], { stdio: 'ignore', timeout: 10_000 });
    return true;
  } catch {
    return false;
  }
}

/** @param {string} image */
async function makeDebian(image) {
  const codename = debianCodename();
  const [mirror] = codename === undefined ? [] : debianMirrors({ codename });
  if (mirror === undefined)
    return 'This machine is no Debian, or has no source of Debian in /etc/apt.';
  const folder = mkdtempSync(join(tmpdir(), 'sortie-image-'));
  try {
    const root = join(folder, 'root');
    const archive = join(folder, 'root.tar');
    const variant = ['--variant=minbase', `--keyring=${mirror.signedBy}`];
    const steps = /** @type {[string, string[]][]} */ ([
      ['debootstrap', [...variant, RELEASE, root, mirror.uri]],
      ['tar', ['-C', root, ...WITHOUT, '-cf', archive, '.']],
      ['docker', ['import', '--change', 'CMD ["bash"]', archive, image]],
    ]);
    for (const [command, args] of steps) {
      const { code, output } = await runQuietly(command, args, { doing: `making ${image}` });
      if (code !== 0) return `${lastLines(output, 8)}\n${image} could not be made.`;
    }
    return undefined;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const NODE_DOCKERFILE = `FROM ${SOURCES.debian.standIn}
COPY node/bin/node /usr/local/bin/node
COPY npm /usr/local/lib/node_modules/npm
COPY certificates.crt ${CERTIFICATES}
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm
ENV NODE_EXTRA_CA_CERTS=${CERTIFICATES}
`;

/** @param {string} image */
async function makeNode(image) {
  const folder = mkdtempSync(join(tmpdir(), 'sortie-image-'));
  try {
    const failure =
      (await takeFromNpm(`node-linux-${arch()}@${NODE}`, join(folder, 'node'))) ??
      (await takeFromNpm(`npm@${NPM}`, join(folder, 'npm')));
    if (failure !== undefined) return failure;
    // npm must trust in there whom it trusts here: the registry may be a mirror behind a certificate of its own.
    const certificates = join(folder, 'certificates.crt');
    if (existsSync(CERTIFICATES)) copyFileSync(CERTIFICATES, certificates);
    else writeFileSync(certificates, '');
    writeFileSync(join(folder, 'Dockerfile'), NODE_DOCKERFILE);
    return await docker(['build', '--quiet', '--tag', image, folder], `making ${image}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * @param {string[]} args
 * @param {string} doing
 * @param {number} [timeoutMs]
 * @returns {Promise<string | undefined>} what went wrong, if anything
 */
async function docker(args, doing, timeoutMs) {
  // The classic builder, which every engine has.
  const env = { DOCKER_BUILDKIT: '0' };
  const [command, ...rest] =
    timeoutMs === undefined
      ? ['docker', ...args]
      : ['timeout', `${timeoutMs / 1000}`, 'docker', ...args];
  const { code, output } = await runQuietly(command ?? '', rest, { doing, env });
  return code === 0 ? undefined : `${lastLines(output, 8)}\n${doing} failed.`;
}
