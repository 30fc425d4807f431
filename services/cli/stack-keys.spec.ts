import { createPrivateKey } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SERVICE_NAMES } from '#shared/contracts/permissions.js';
import { initStack, StackKeysError } from './stack-keys.js';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'sortie-stack-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const init = () =>
  initStack({ keys: join(folder, 'keys'), nats: join(folder, 'nats'), storeGib: 3 });
const pathOf = (holder: string, file: string): string => join(folder, 'keys', holder, file);
const read = (holder: string, file: string): string => readFileSync(pathOf(holder, file), 'utf8');

/** Every file with its content. */
function all(): Record<string, string> {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = names.filter((entry) => entry.isFile()).map((e) => join(e.parentPath, e.name));
  return Object.fromEntries(files.map((path) => [path, readFileSync(path, 'utf8')]));
}

describe('the keys of a stack', () => {
  it('are one for each process that has one alone, and the same where several share one', () => {
    init();
    const nkeys = SERVICE_NAMES.map((name) => read(name, 'nats.nkey'));
    expect(new Set(nkeys).size).toBe(SERVICE_NAMES.length);
    expect(nkeys.join('')).toMatch(/^(SU[A-Z2-7]{56}\n){5}$/);
    expect(read('identity', 'sealing.key')).toBe(read('session', 'sealing.key'));
    expect(Buffer.from(read('identity', 'sealing.key'), 'base64')).toHaveLength(32);
    expect(createPrivateKey(read('audit', 'audit.key')).asymmetricKeyType).toBe('ed25519');
    const passwords = ['postgres', 'identity', 'catalog', 'session', 'audit'];
    expect(new Set(passwords.map((name) => read(name, 'db.password'))).size).toBe(1);
  });

  it('lie where they are needed, and nowhere else', () => {
    init();
    const lying = Object.keys(all()).map((path) => path.slice(folder.length + 1));
    expect(lying.toSorted()).toEqual([
      ...['keys/audit/audit.key', 'keys/audit/db.password', 'keys/audit/nats.nkey'],
      ...['keys/catalog/db.password', 'keys/catalog/nats.nkey', 'keys/gateway/nats.nkey'],
      ...['keys/identity/db.password', 'keys/identity/nats.nkey', 'keys/identity/sealing.key'],
      'keys/postgres/db.password',
      ...['keys/s3/s3.access', 'keys/s3/s3.secret'],
      ...['keys/session/db.password', 'keys/session/nats.nkey', 'keys/session/sealing.key'],
      'nats/nats-server.conf',
    ]);
  });

  it('can be read by their owner alone', () => {
    init();
    expect(statSync(pathOf('identity', 'sealing.key')).mode & 0o7777).toBe(0o400);
    expect(statSync(join(folder, 'keys/identity')).mode & 0o7777).toBe(0o700);
    const config = join(folder, 'nats/nats-server.conf');
    expect(statSync(config).mode & 0o7777).toBe(0o444);
    expect(readFileSync(config, 'utf8')).not.toMatch(/SU[A-Z2-7]{56}/);
  });

  it('stay as they are, however often it runs', () => {
    expect(init()).not.toEqual([]);
    const before = all();
    expect(init()).toEqual([]);
    expect(all()).toEqual(before);
  });

  it('are shut again where their mode was changed', () => {
    init();
    const before = all();
    chmodSync(pathOf('identity', 'sealing.key'), 0o644);
    chmodSync(join(folder, 'keys/identity'), 0o755);
    init();
    expect(statSync(pathOf('identity', 'sealing.key')).mode & 0o7777).toBe(0o400);
    expect(statSync(join(folder, 'keys/identity')).mode & 0o7777).toBe(0o700);
    expect(all()).toEqual(before);
  });

  it('are what the configuration is made from, which is written anew each time', () => {
    init();
    const before = all();
    rmSync(join(folder, 'nats'), { recursive: true });
    init();
    expect(all()).toEqual(before);
  });

  it('that a start did not come to are made by the next, from what there is', () => {
    init();
    const [key, password] = [read('identity', 'sealing.key'), read('audit', 'db.password')];
    rmSync(pathOf('session', 'sealing.key'));
    for (const name of ['postgres', 'identity', 'catalog']) rmSync(pathOf(name, 'db.password'));
    writeFileSync(pathOf('identity', 'sealing.key.7.new'), 'half');
    expect(init().toSorted()).toEqual([
      pathOf('catalog', 'db.password'),
      pathOf('identity', 'db.password'),
      pathOf('postgres', 'db.password'),
      pathOf('session', 'sealing.key'),
    ]);
    expect(read('session', 'sealing.key')).toBe(key);
    expect(read('postgres', 'db.password')).toBe(password);
    expect(existsSync(pathOf('identity', 'sealing.key.7.new'))).toBe(false);
  });

  it('that are empty are made, for nothing can have been sealed with them', () => {
    mkdirSync(join(folder, 'keys/identity'), { recursive: true });
    writeFileSync(pathOf('identity', 'sealing.key'), '');
    init();
    expect(read('identity', 'sealing.key')).toBe(read('session', 'sealing.key'));
    expect(read('identity', 'sealing.key')).toHaveLength(45);
  });

  it('that should be the same and are not stop everything, and are left as they are', () => {
    init();
    rmSync(pathOf('session', 'sealing.key'));
    writeFileSync(pathOf('session', 'sealing.key'), 'another\n');
    const before = all();
    expect(init).toThrow(StackKeysError);
    expect(init).toThrow(/identity\/sealing\.key and .*session\/sealing\.key differ/);
    expect(all()).toEqual(before);
  });
});
