// Goal: docker-compose.yml says what it promises in every profile, to old and new composes, and its files and settings are there.
// Method: read as YAML and by `docker compose config`; Prometheus's own program checks what it is to run on.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { findPrometheus } from '../../deploy/local/prometheus.js';
import { ranDocker, ROOT } from '#test/support/compose-docker.js';

type Service = Readonly<{
  image: string;
  profiles?: string[];
  ports?: string[];
  volumes?: string[];
  build?: { context: string; dockerfile?: string };
  environment?: Record<string, string>;
}>;
type File = Readonly<{ services: Record<string, Service>; volumes: object; networks: object }>;

const text = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const file = parse(text('docker-compose.yml'), { merge: true }) as File;
const services = Object.entries(file.services);

/** Each name of a variable with what stands for it when it is unset. */
const variablesIn = (path: string): Map<string, string> =>
  new Map(
    [...text(path).matchAll(/\$\{(\w+):-([^}]*)\}/g)].map(([, name = '', unset = '']) => [
      name,
      unset,
    ]),
  );

async function config(args: string[], env: Record<string, string> = {}): Promise<File> {
  const files = ['--file', 'docker-compose.yml'];
  // What a person has in .env is nothing to this.
  const asked = ['compose', '--env-file', '/dev/null', '--project-name', 'sortie', ...files];
  const { code, stdout, output } = await ranDocker([...asked, ...args, 'config'], { env });
  expect(code, output).toBe(0);
  return parse(stdout) as File;
}

describe('docker-compose.yml', () => {
  it('starts the default parts, and more only where a profile asks for it', async () => {
    const named = async (...profiles: string[]) =>
      Object.keys(
        (await config(profiles.flatMap((name) => ['--profile', name]))).services,
      ).toSorted();
    const usual = [
      ...['audit', 'catalog', 'display', 'docker-gate', 'editor', 'gateway', 'identity', 'nats'],
      ...['postgres', 'session', 'setup', 'terminal'],
    ];
    expect(await named()).toEqual(usual);
    const seeing = ['grafana', 'otel-collector', 'prometheus'];
    expect(await named('observability')).toEqual([...usual, ...seeing].toSorted());
    expect(await named('s3')).toEqual([...usual, 's3'].toSorted());
    expect(await named('one-process')).toEqual([...usual, 'one-process'].toSorted());
  });

  it('uses nothing that docker-compose 1.29 does not know', () => {
    const all = text('docker-compose.yml').replaceAll(/^\s*#.*$/gm, '');
    expect(all).not.toMatch(/^(name|include|version):/m);
    expect(all).not.toMatch(/\b(develop|start_interval|required|pull_policy|env_file)\b/);
    // Nor a default within a default.
    expect(all).not.toMatch(/\$\{[^}]*\$\{/);
  });

  it('publishes on loopback only', async () => {
    const { services: all } = await config(['--profile', '*']);
    type Port = { host_ip: string; published: string };
    const published = Object.entries(all).flatMap(([name, { ports = [] }]) =>
      (ports as unknown as Port[]).map((port) => `${name} ${port.host_ip}:${port.published}`),
    );
    expect(published.toSorted()).toEqual([
      ...['gateway 127.0.0.1:8080', 'grafana 127.0.0.1:3000'],
      ...['one-process 127.0.0.1:8080', 's3 127.0.0.1:9000'],
    ]);
  });

  it.each(services.map(([name, service]) => ({ name, service })))(
    '$name is shut in, and what it is made from and mounts is there',
    ({ service }) => {
      expect(service).toMatchObject({
        ...{ read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] },
        logging: { options: { 'max-size': '10m', 'max-file': '3' } },
      });
      const { build, volumes = [] } = service;
      const made = build ? [join(build.context, build.dockerfile ?? 'Dockerfile')] : [];
      const mounted = volumes.map((volume) => volume.split(':')[0] ?? '');
      const files = mounted.filter((path) => path.startsWith('./'));
      expect(
        [...made, ...files].filter((path) => !existsSync(join(ROOT, path)) && !existsSync(path)),
      ).toEqual([]);
    },
  );

  it('hands secrets over as files alone', () => {
    const settings = services.flatMap(([, { environment = {} }]) => Object.keys(environment));
    const secret = settings.filter((name) => /PASSWORD|SECRET|KEY|TOKEN|DSN/.test(name));
    expect([...new Set(secret)].toSorted()).toEqual([
      ...['SORTIE_AUDIT_KEY_FILE', 'SORTIE_DB_PASSWORD_FILE', 'SORTIE_NATS_NKEY_FILE'],
      'SORTIE_SEALING_KEY_FILE',
    ]);
  });

  it('keeps away from the lasting volumes with PERSISTENT_DATA=false', async () => {
    const { volumes } = await config(['--profile', '*'], { PERSISTENT_DATA: 'false' });
    const mounted = Object.keys(volumes).filter((name) => /-(true|false)$/.test(name));
    expect(mounted.toSorted()).toEqual([
      'audit-false',
      'nats-false',
      'one-process-false',
      'postgres-false',
      's3-false',
    ]);
  });
});

describe('.env.example', () => {
  const lines = text('.env.example').split('\n');
  const settings = lines.flatMap((line) => [...line.matchAll(/^#?([A-Z][A-Z_0-9]+)=(.*)$/g)]);
  const documented = new Map(settings.map(([, name = '', value = '']) => [name, value]));

  it('has every setting of the compose files, once', () => {
    const used = ['docker-compose.yml', 'deploy/compose/develop.yml'].flatMap((path) => [
      ...variablesIn(path).keys(),
    ]);
    expect(used.filter((name) => !documented.has(name))).toEqual([]);
    expect(settings).toHaveLength(documented.size);
  });

  it('shows what holds when one is unset', () => {
    const others = [...variablesIn('docker-compose.yml')].filter(
      ([name, unset]) => unset !== '' && documented.get(name) !== unset,
    );
    expect(others.map(([name]) => name)).toEqual([]);
  });

  it('can be copied to .env as it is', async () => {
    const { code, output } = await ranDocker([
      ...['compose', '--env-file', '.env.example', '--project-name', 'sortie', 'config', '--quiet'],
    ]);
    expect([code, output]).toEqual([0, '']);
  });
});

describe('the profile observability', () => {
  it('has a Prometheus that knows its rules and scrapes every service', () => {
    const folder = mkdtempSync(join(tmpdir(), 'sortie-prometheus-'));
    try {
      const own = text('deploy/compose/prometheus.yaml');
      writeFileSync(join(folder, 'prometheus.yml'), own);
      writeFileSync(join(folder, 'alerts.yaml'), text('deploy/observability/alerts.yaml'));
      const { promtool } = findPrometheus(ROOT);
      const checked = execFileSync(promtool ?? '', [
        'check',
        'config',
        join(folder, 'prometheus.yml'),
      ]);
      expect(checked.toString()).toContain('SUCCESS');
      const [job] = parse(own).scrape_configs;
      expect(job.job_name).toBe('sortie');
      expect(job.static_configs[0].targets.toSorted()).toEqual(
        ['audit', 'catalog', 'gateway', 'identity', 'session'].map((name) => `${name}:9464`),
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
