import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { admits } from '../deploy/local/node-version.js';

interface LockedPackage {
  version: string;
  hasInstallScript?: boolean;
  engines?: { node?: string } | string[];
  optional?: boolean;
  optionalDependencies?: Record<string, string>;
}

const text = (name: string) => readFileSync(new URL(`../${name}`, import.meta.url), 'utf8');
const manifest = JSON.parse(text('package.json'));
const lockfile = JSON.parse(text('package-lock.json'));
const locked = Object.entries<LockedPackage>(lockfile.packages);
const dependencies = locked.filter(([path]) => path !== '');

const OLDEST_NODE = '20.19.0';
const INSTALL_SCRIPTS = {
  'better-sqlite3': 'fetches a prebuilt SQLite for this Node.js, else compiles it',
  '@scarf/scarf': 'counts installs for swagger-ui-dist; denied, and switched off by scarfSettings',
  'cpu-features': 'makes the ssh2 of dockerode faster, which is never used; denied',
  ssh2: 'makes itself faster, and is never used: engines are not reached by ssh; denied',
  protobufjs: 'tells of version mistakes, for the gRPC of dockerode, which is never used; denied',
};
const ALLOWED_SCRIPTS = ['better-sqlite3'];

const paths = new Set(locked.map(([path]) => path));

/** Looks a package up as Node does: beside its dependent, then in each folder above. */
function lockedFrom(path: string, name: string): boolean {
  const within = path === '' ? '' : `${path}/`;
  if (paths.has(`${within}node_modules/${name}`)) return true;
  if (path === '') return false;
  return lockedFrom(path.slice(0, Math.max(0, path.lastIndexOf('/node_modules/'))), name);
}

const nameOf = (path: string) => path.slice(path.lastIndexOf('node_modules/') + 13);

describe('the dependencies', () => {
  it('are in the lockfile', () => {
    expect(dependencies.length).toBeGreaterThan(50);
  });

  it('run code at install only where the list above says why', () => {
    const scripted = dependencies.filter(([, entry]) => entry.hasInstallScript === true);
    const names = scripted.map(([path]) => nameOf(path));
    expect([...new Set(names)].toSorted()).toEqual(Object.keys(INSTALL_SCRIPTS).toSorted());
  });

  it('have the compiler of SQLite allowed to run and everything else denied', () => {
    const allowed = Object.keys(INSTALL_SCRIPTS).map((name) => [
      name,
      ALLOWED_SCRIPTS.includes(name),
    ]);
    expect(manifest.allowScripts).toEqual(Object.fromEntries(allowed));
    expect(manifest.scarfSettings).toEqual({ enabled: false });
  });

  it('are pinned to one exact version each', () => {
    const sections = [manifest.dependencies, manifest.devDependencies, manifest.overrides];
    const ranges = sections.flatMap((section) => Object.entries<string>(section ?? {}));
    expect(ranges.filter(([, range]) => !/^\d+\.\d+\.\d+$/.test(range))).toEqual([]);
  });

  it('name no registry, mirror or machine in the lockfile', () => {
    // Where to thank an author is the only address that belongs there.
    const rest = JSON.stringify(locked, (key, value) => (key === 'funding' ? undefined : value));
    expect(rest).not.toMatch(/:\/\/|"resolved"|"link"/);
  });

  // npm leaves out of the lockfile, silently, a package that its registry did not have; every
  // `npm ci` then refuses the lockfile, on each machine.
  it('are all in the lockfile, those for other systems too', () => {
    const missing = dependencies.flatMap(([path, { version, optionalDependencies }]) =>
      Object.keys(optionalDependencies ?? {})
        .filter((name) => !lockedFrom(path, name))
        .map((name) => `${name}, of ${nameOf(path)} ${version}`),
    );
    expect(missing).toEqual([]);
  });

  it(`run on Node.js ${OLDEST_NODE}`, () => {
    // What is optional, npm leaves out where it does not fit.
    const refused = dependencies.filter(([, { engines, optional }]) => {
      if (optional === true) return false;
      const range = Array.isArray(engines) ? undefined : engines?.node;
      return range !== undefined && !admits(range, OLDEST_NODE);
    });
    expect(refused.map(([path, { engines }]) => [path, engines])).toEqual([]);
    expect(admits(manifest.engines.node, OLDEST_NODE)).toBe(true);
  });

  it('are refused by npm on a Node.js that they do not run on', () => {
    const lines = text('.npmrc').split('\n');
    expect(lines).toContain('engine-strict=true');
    expect(lines).toContain('save-exact=true');
    expect(lines).toContain('omit-lockfile-registry-resolved=true');
    expect(lines.filter((line) => /registry=|_auth|:\/\//.test(line))).toEqual([]);
  });
});
