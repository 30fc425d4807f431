import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConfigError, readConfig } from './config.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sortie-config-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const read = (env: Record<string, string>, args: string[] = []) =>
  readConfig(args, env, '/package');

describe('the settings', () => {
  it('have defaults for everything', () => {
    expect(read({})).toMatchObject({
      port: 8_080,
      host: '127.0.0.1',
      logPath: expect.stringMatching(/\/data\/sortie\.db$/),
      seedPath: '/package/examples/apps.json',
      brandingPath: undefined,
      timeouts: {
        ...{ lifetimeMs: 7_200_000, cleanupMs: 300_000, readyMs: 120_000 },
        ...{ lifetimeMaxMs: 28_800_000, warningMs: 300_000, idleMs: 0 },
      },
      quota: { perUserMax: 5, totalMax: 100, queueMax: 50 },
      trustedProxies: [],
      warnings: [],
    });
  });

  it('let no extension make a session shorter than it is without', () => {
    const lives = (env: Record<string, string>) => read(env).timeouts.lifetimeMaxMs / 60_000;
    expect(lives({ SORTIE_SESSION_TIMEOUT: '600' })).toBe(600);
    expect(lives({ SORTIE_SESSION_LIFETIME_MAX: '120' })).toBe(120);
    expect(() => read({ SORTIE_SESSION_LIFETIME_MAX: '119' })).toThrow(
      'SORTIE_SESSION_LIFETIME_MAX must be at least SORTIE_SESSION_TIMEOUT, which is 120 minutes.',
    );
  });

  it('take a blank as unset', () => {
    expect(read({ SORTIE_PORT: ' ', SORTIE_CONFIG: '' }, ['--port=', '--host', ''])).toMatchObject({
      port: 8_080,
      host: '127.0.0.1',
      brandingPath: undefined,
    });
  });

  it('prefer flags, spelled with one dash or two', () => {
    const env = { SORTIE_PORT: '1', SORTIE_SEED: '/env.json' };
    expect(read(env, ['--port', '2', '-seed', '/flag.json'])).toMatchObject({
      port: 2,
      seedPath: '/flag.json',
    });
  });

  it('come from files where NAME_FILE names one', () => {
    const file = join(folder, 'key');
    writeFileSync(file, ' secret \n');
    expect(read({ SORTIE_SEALING_KEY_FILE: file }).sealingKey).toBe('secret');
  });

  it('put the log into the data folder unless its path is whole', () => {
    expect(read({ SORTIE_DATA: '/d', SORTIE_DB: 'x.db' }).logPath).toBe('/d/x.db');
    expect(read({ SORTIE_DATA: '/d', SORTIE_DB: '/e/x.db' }).logPath).toBe('/e/x.db');
  });

  it.each([
    ['SORTIE_PORT', '65536', 'must be at most 65535'],
    ['SORTIE_PORT', '80.5', 'must be a whole number'],
    ['SORTIE_PUBLIC_URL', 'ftp://a.example', 'must be an address'],
    ['SORTIE_PUBLIC_URL', 'https://a.example/sortie', 'must be scheme, host and port only'],
    ['SORTIE_DB', 'identity.db', 'is the name of another file'],
    ['SORTIE_DB', 'audit.key', 'is the name of another file'],
    ['SORTIE_DB', 'tree-heads.ndjson', 'is the name of another file'],
    ['SORTIE_AUDIT_HEADS_TO', 'heads.ndjson', 'has "heads.ndjson", which is none of'],
    ['SORTIE_AUDIT_HEAD_SECONDS', '0', 'must be at least 1'],
    ['SORTIE_DB_TYPE', 'mysql', 'must be one of sqlite, postgres'],
    ['SORTIE_SERVICES', 'catalog,billing', 'must be a list of identity, catalog'],
    ['SORTIE_SERVICES', ',', 'must name at least one service'],
    ['SORTIE_PROBES_PORT', '65536', 'must be at most 65535'],
    ['SORTIE_TRUSTED_PROXIES', '10.0.0.0/99', 'has a mistake: "10.0.0.0/99" is no address'],
    ['SORTIE_LOG_LEVEL', 'loud', 'must be one of trace, debug'],
    ['SORTIE_RUNTIME', 'podman', 'must be process, docker or none'],
    ['SORTIE_DISPLAY_IMAGE', 'Sortie Display', 'must be the name of an image'],
    ['SORTIE_SESSION_MEMORY', 'lots', 'must be an amount of memory like 512m or 2g'],
    ['SORTIE_SESSION_MEMORY', '1m', 'must be at least 64m'],
    ['SORTIE_SESSION_QUEUE_MAX', '91', 'must be at most 90'],
    ['SORTIE_SESSIONS_PER_USER', '0', 'must be at least 1'],
    ['SORTIE_SESSION_IDLE_TIMEOUT', '-1', 'must be at least 0'],
    ['SORTIE_SESSION_CPUS', '0', 'must be at least 0.1'],
    ['SORTIE_SESSION_PROCESSES', '5', 'must be at least 16'],
    ['SORTIE_SESSION_NETWORK', 'host', 'must be isolated or internet'],
  ])('refuse %s=%s: it %s', (name, value, message) => {
    expect(() => read({ [name]: value })).toThrow(`${name} ${message}`);
  });

  it('tell every mistake at once', () => {
    const wrong = { SORTIE_PORT: 'x', SORTIE_LOG_LEVEL: 'y', SORTIE_SEALING_KEY_FILE: '/nowhere' };
    const telling = () => read(wrong, ['--nonsense']);
    expect(telling).toThrow(ConfigError);
    expect(telling).toThrow(
      /SORTIE_SEALING_KEY_FILE[^]*--nonsense[^]*SORTIE_PORT[^]*SORTIE_LOG_LEVEL/,
    );
  });

  it('host every service unless some are named, in the order in which they start', () => {
    const nats = { SORTIE_NATS_URL: 'nats://nats:4222', SORTIE_NATS_NKEY: `SU${'A'.repeat(56)}` };
    const all = ['identity', 'catalog', 'session', 'audit', 'gateway'];
    expect(read({}).services).toEqual(all);
    expect(read({ ...nats, SORTIE_SERVICES: 'gateway, catalog' })).toMatchObject({
      services: ['catalog', 'gateway'],
      nats: { servers: ['nats://nats:4222'], replicas: 1 },
    });
  });

  it('say what belongs together', () => {
    expect(() => read({ SORTIE_SERVICES: 'gateway' })).toThrow('need SORTIE_NATS_URL');
    const alone = () => read({ SORTIE_NATS_URL: 'nats://nats:4222', SORTIE_SERVICES: 'identity' });
    expect(alone).toThrow('SORTIE_NATS_NKEY_FILE must be set');
    expect(alone).toThrow('SORTIE_SEALING_KEY_FILE must be set');
    expect(() => read({ SORTIE_DB_TYPE: 'postgres' })).toThrow('needs SORTIE_DB_DSN');
  });

  it('note names that are none', () => {
    const env = { SORTIE_PROT: '1', SORTIE_PROVISION: 'off', SORTIE_SEED_FILE: '' };
    expect(read(env).warnings).toEqual([expect.stringContaining('SORTIE_PROT is no setting')]);
  });

  it('sign the trail, but where replicas would each make a key of their own', () => {
    expect(read({}).audit).toMatchObject({ signs: true, every: { commits: 1_000, ms: 60_000 } });
    const nats = { SORTIE_NATS_URL: 'nats://nats:4222', SORTIE_NATS_NKEY: `SU${'A'.repeat(56)}` };
    const postgres = { SORTIE_DB_TYPE: 'postgres', SORTIE_DB_DSN: 'postgres://u:p@h/d' };
    const alone = { ...nats, SORTIE_SERVICES: 'audit' };
    expect(read(alone).audit.signs).toBe(true);
    const replica = read({ ...alone, ...postgres });
    expect(replica.audit.signs).toBe(false);
    expect(replica.warnings).toEqual([expect.stringContaining('SORTIE_AUDIT_KEY_FILE')]);
    expect(read({ ...alone, ...postgres, SORTIE_AUDIT_KEY: 'pem' }).audit.signs).toBe(true);
    const other = read({ ...nats, ...postgres, SORTIE_SERVICES: 'gateway,catalog' });
    expect(other.warnings).toEqual([]);
  });
});

describe('the runtime of desktops', () => {
  it('is local processes, unless Docker is asked for', () => {
    expect(read({}).runtime).toEqual({ kind: 'process' });
    expect(read({ SORTIE_RUNTIME: 'docker' }).runtime).toEqual({
      kind: 'docker',
      socketPath: '/var/run/docker.sock',
      displayImage: 'sortie/display',
      network: 'isolated',
      limits: { memoryBytes: 1024 ** 3, cpus: 1, processesMax: 256 },
    });
  });

  it('has its bounds from the settings, memory as Docker writes it', () => {
    const bounds = {
      SORTIE_RUNTIME: 'docker',
      SORTIE_SESSION_MEMORY: '1.5G',
      SORTIE_SESSION_CPUS: '0.5',
      SORTIE_SESSION_PROCESSES: '64',
    };
    const limits = { memoryBytes: 1.5 * 1024 ** 3, cpus: 0.5, processesMax: 64 };
    expect(read(bounds).runtime).toMatchObject({ limits });
  });

  it.each([
    ['SORTIE_DOCKER_HOST', 'unix:///run/gate.sock', '/run/gate.sock'],
    ['SORTIE_DOCKER_HOST', '/run/gate.sock', '/run/gate.sock'],
    ['DOCKER_HOST', 'unix:///run/user/1000/docker.sock', '/run/user/1000/docker.sock'],
  ])('finds its engine by %s=%s', (name, value, socketPath) => {
    const config = read({ SORTIE_RUNTIME: 'docker', [name]: value });
    expect(config.runtime).toMatchObject({ socketPath });
  });

  it.each(['DOCKER_HOST', 'SORTIE_DOCKER_HOST'])('refuses %s on another machine', (name) => {
    const elsewhere = { [name]: 'tcp://10.0.0.1:2375' };
    expect(() => read({ SORTIE_RUNTIME: 'docker', ...elsewhere })).toThrow(
      `${name} must be the Docker engine's unix socket`,
    );
  });
});
