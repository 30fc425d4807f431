// Goal: the program takes what the chart gives its processes: every variable is known, every value is accepted, every
// setting of the program can be reached, and a pod is not killed while the program still stops in order.
// Method: the program's own reading of its settings, on the environment of each rendered pod, with the files it names.
import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { nkeys } from 'nats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Config, readConfig } from '#services/config.js';
import { greeting } from '#services/greeting.js';
import { readSeedFile } from '#services/catalog/adapters/seed-file.js';
import { readBranding } from '#services/gateway/edge/branding.js';
import { newCertificate } from '#test/support/certificate.js';
import { notesOf, render, type Values } from '#test/support/helm.js';
import {
  componentOf,
  environmentOf,
  getObject,
  type Pod,
  podOf,
  podsOf,
} from '#test/support/helm-objects.js';
import { BUNDLED, INSTALLATIONS } from '#test/support/helm-values.js';

let folder: string;
/** What the Secrets and the ConfigMap hold, by the path that a pod has it at. */
let files: Record<string, string>;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sortie-helm-'));
  const cert = newCertificate(folder).authority;
  files = {
    nkey: new TextDecoder().decode(nkeys.createUser().getSeed()),
    'sealing.key': Buffer.alloc(32, 7).toString('base64'),
    'audit.key': generateKeyPairSync('ed25519').privateKey.export({
      type: 'pkcs8',
      format: 'pem',
    }) as string,
    'access-key-id': 'someone',
    'secret-access-key': 'canary-bucket',
    'client-secret': 'canary-oidc',
    database: 'postgres://me:secret@db/sortie',
    'database-ca.crt': cert,
    'nats-ca.crt': cert,
  };
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Reads the environment of a pod as the program does; the files that it names lie in a folder of the test. */
function configOf(pod: Pod): Config {
  const environment = Object.entries(environmentOf(pod)).map(([name, value]) => {
    if (!value.startsWith('/run/secrets/')) return [name, value];
    const path = join(folder, value);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, files[value.split('/').at(-1) ?? ''] ?? '');
    return [name, path];
  });
  return readConfig([], Object.fromEntries(environment) as Record<string, string>, '/app');
}

const sortiePods = (values: Values): Pod[] =>
  podsOf(render(values)).filter(({ labels }) => labels['sortie/process'] === 'true');

describe.each(Object.entries(INSTALLATIONS).map(([name, values]) => ({ name, values })))(
  'the environment with $name',
  ({ values }) => {
    it('is taken by the program, which knows every name in it', () => {
      const pods = sortiePods(values);
      expect(pods.length).toBeGreaterThan(0);
      for (const pod of pods) expect(configOf(pod).warnings).toEqual([]);
    });

    it('has a file for each name that ends in _FILE', () => {
      for (const pod of sortiePods(values)) {
        const mounted = (pod.spec.volumes ?? [])
          .flatMap(({ projected }) => projected?.sources ?? [])
          .flatMap(({ secret: { items } }) => items.map(({ path }) => path));
        const read = Object.entries(environmentOf(pod))
          .filter(([name]) => name.endsWith('_FILE'))
          .map(([, path]) => path.replace('/run/secrets/sortie/', ''));
        expect(read.toSorted()).toEqual(mounted.toSorted());
      }
    });
  },
);

describe('the check of the environment', () => {
  it('sees a name that the program does not know, and a value that it refuses', () => {
    const [pod] = sortiePods({});
    const withVariable = (name: string, value: string): Pod => {
      const [container] = pod?.spec.containers ?? [];
      const env = [...(container?.env ?? []), { name, value }];
      return { ...pod, spec: { containers: [{ ...container, env }] } } as Pod;
    };
    expect(configOf(withVariable('SORTIE_LOGLEVEL', 'info')).warnings).toHaveLength(1);
    expect(() => configOf(withVariable('SORTIE_LOG_LEVEL', 'loud'))).toThrow('SORTIE_LOG_LEVEL');
  });
});

describe('the settings', () => {
  it('are the program’s own as they come', () => {
    const own = readConfig([], {}, '/app');
    const config = configOf(podOf(render(), 'server'));
    const { timeouts, writesPerMinute, signInsPerMinute, logLevel, trustedProxies } = config;
    expect({ timeouts, writesPerMinute, signInsPerMinute, logLevel, trustedProxies }).toEqual({
      timeouts: own.timeouts,
      writesPerMinute: own.writesPerMinute,
      signInsPerMinute: own.signInsPerMinute,
      logLevel: own.logLevel,
      trustedProxies: own.trustedProxies,
    });
  });

  it('have the address of the Ingress, by https unless told otherwise', () => {
    const publicUrl = (values: Values) => configOf(podOf(render(values), 'server')).publicUrl?.href;
    const ingress = { enabled: true, host: 'apps.example.com' };
    expect(publicUrl({})).toBeUndefined();
    expect(publicUrl({ ingress })).toBe('https://apps.example.com/');
    expect(publicUrl({ ingress: { ...ingress, tls: { enabled: false } } })).toBe(
      'http://apps.example.com/',
    );
    expect(publicUrl({ settings: { publicUrl: 'https://x.example.com' } })).toBe(
      'https://x.example.com/',
    );
  });

  it('listen on IPv6 where that is asked for', () => {
    const objects = render({ ...BUNDLED, listenAddress: '::' });
    expect(configOf(podOf(objects, 'gateway'))).toMatchObject({
      host: '::',
      probes: { host: '::' },
    });
    const [init] = podOf(objects, 'nats').spec.initContainers ?? [];
    expect(init?.args?.[0]).toContain('--listen [::]:4222');
  });

  /** Settings that a pod has no use for, each with the reason. */
  const LEFT_OUT: Readonly<Record<string, string>> = {
    SORTIE_DB_BUSY_TIMEOUT_MS: 'one process has the file for itself',
    SORTIE_DB_POOL_MIN: 'its default is right for a pod',
    SORTIE_DB_POOL_IDLE_MS: 'its default is right for a pod',
    SORTIE_DB_POOL_ACQUIRE_MS: 'its default is right for a pod',
    SORTIE_DB_MIGRATIONS: 'the first pod of a new version migrates',
    SORTIE_PROCESS_APPS: 'there are no programs in the image to run',
    SORTIE_RUNTIME_DIR: 'there are no desktops yet',
    SORTIE_OIDC_ALLOW_HTTP: 'no provider is in the pod itself',
    SORTIE_AUDIT_TRUSTED_KEYS: 'for a key that changed; extraEnv has it',
    SORTIE_AUDIT_ACCEPT_HEAD: 'for once, after a restore; extraEnv has it',
    SORTIE_AUDIT_HEAD_COMMITS: 'its default is right for a pod',
    SORTIE_AUDIT_HEAD_SECONDS: 'its default is right for a pod',
  };
  /** Settings of the drivers that start desktops on a machine. */
  const OF_DRIVERS =
    /^SORTIE_(RUNTIME|DOCKER_.+|DISPLAY_IMAGE|SESSION_(MEMORY|CPUS|PROCESSES|NETWORK))$/;

  it('of .env.example can be reached by the chart, but for those that a pod has no use for', () => {
    const sections = readFileSync('.env.example', 'utf8').split(/^# --- /m);
    // What compose puts its own stack together with, and npm, is nothing to Sortie's processes.
    const ofProcesses = sections.filter((text) => !/^(docker compose|npm) /.test(text)).join('');
    const documented = [...ofProcesses.matchAll(/^#?(SORTIE_[A-Z_]+)=/gm)]
      .map(([, name = '']) => name.replace(/_FILE$/, ''))
      .filter((name) => !OF_DRIVERS.test(name));
    const given = new Set(
      Object.values(INSTALLATIONS)
        .flatMap(sortiePods)
        .flatMap((pod) => Object.keys(environmentOf(pod)))
        .map((name) => name.replace(/_FILE$/, '')),
    );
    expect(documented.length).toBeGreaterThan(30);
    const missing = documented.filter((name) => !given.has(name) && !(name in LEFT_OUT));
    expect(missing).toEqual([]);
    expect(Object.keys(LEFT_OUT).filter((name) => given.has(name))).toEqual([]);
  });
});

describe('the files of the ConfigMap', () => {
  it('are taken by the program: apps that work without a desktop, and the branding', async () => {
    const values = INSTALLATIONS['everything that is off as it comes'] ?? {};
    const { data = {} } = getObject(render(values), 'ConfigMap', 'shop-sortie');
    const paths = Object.entries(data).map(([name, text]) => {
      writeFileSync(join(folder, name), text);
      return name;
    });
    expect(paths.toSorted()).toEqual(['apps.json', 'branding.json']);
    const { apps } = await readSeedFile(join(folder, 'apps.json'));
    expect(apps.length).toBeGreaterThan(0);
    expect(apps.map((app) => app.launch_type)).not.toContain('container');
    expect(readBranding(join(folder, 'branding.json'))).toMatchObject({
      tenant_name: 'Shop',
      primary_color: '#123456',
      secondary_color: '#4AB7C3',
    });
  });

  it('restart the pods that read them when they change', () => {
    const checksum = (values: Values) =>
      podOf(render(values), 'server').owner.spec?.template.metadata.annotations?.[
        'checksum/config'
      ];
    expect(checksum({ branding: { tenant_name: 'A' } })).not.toBe(checksum({}));
    expect(checksum({ seed: { applications: [] } })).not.toBe(checksum({}));
    const database = (password: string) =>
      podOf(
        render({
          ...BUNDLED,
          persistence: { enabled: true, postgresql: { enabled: true, auth: { password } } },
        }),
        'catalog',
      ).owner.spec?.template.metadata.annotations?.['checksum/database'];
    expect(database('a')).toMatch(/^[0-9a-f]{64}$/);
    expect(database('a')).not.toBe(database('b'));
  });
});

describe('the end of a pod', () => {
  /** What the program allows itself when it stops, one after the other. */
  const DEADLINES: readonly (readonly [file: string, name: string, times: number])[] = [
    ['services/host.ts', 'STOP_SESSIONS_DEADLINE_MS', 1],
    ['services/session/process/supervisor.ts', 'CLOSE_DEADLINE_MS', 1],
    // Viewers, then requests.
    ['services/gateway/module.ts', 'DRAIN_DEADLINE_MS', 2],
    ['shared/boot/nats-bus.ts', 'DRAIN_DEADLINE_MS', 1],
    ['shared/adapters/nats-connection.ts', 'DRAIN_MS_MAX', 1],
  ];

  it('waits for everything that the program allows itself, and for others to notice', () => {
    const allowed = DEADLINES.map(([file, name, times]) => {
      const found = new RegExp(`const ${name} = ([\\d_]+);`).exec(readFileSync(file, 'utf8'));
      if (found === null) throw new Error(`${file} has no ${name} any more: look how it stops.`);
      return times * Number(found[1]?.replaceAll('_', ''));
    });
    const NOTICE_MS = 5_000;
    const wanted = allowed.reduce((sum, ms) => sum + ms, NOTICE_MS) / 1_000;
    for (const { spec, labels } of [...sortiePods({}), ...sortiePods(BUNDLED)]) {
      expect(spec.terminationGracePeriodSeconds, componentOf(labels)).toBeGreaterThan(wanted);
      const { lifecycle } = spec.containers[0] ?? {};
      expect(lifecycle).toEqual({ preStop: { exec: { command: ['sleep', '5'] } } });
    }
  });
});

describe('the notes after an installation', () => {
  it('find the first password in what the program prints', () => {
    const pattern = /grep -E '([^']+)'/.exec(notesOf())?.[1] ?? '';
    const host = {
      url: 'http://localhost:8080',
      services: [],
      firstAdministrator: { name: 'admin', password: 'secret' },
      seeded: 2,
      warnings: [],
      stop: async () => undefined,
    };
    const printed = greeting(host, 'sortie');
    const shown = printed.split('\n').filter((line) => new RegExp(pattern).test(line));
    expect(shown.map((line) => line.trim().split(/\s+/)[1])).toEqual(['admin', 'secret']);
  });

  it('say where it is, whose log has the password, and that desktops do not work yet', () => {
    expect(notesOf()).toMatch(/port-forward --namespace apps service\/shop-sortie 8080:80/);
    expect(notesOf()).toContain('component=server');
    expect(notesOf()).toMatch(/NOTHING IS KEPT[^]*the pod loses everything/);
    expect(notesOf()).toMatch(/Desktops do not yet/);
    const many = notesOf(INSTALLATIONS['everything that is off as it comes']);
    expect(many).toContain('https://apps.example.com');
    expect(many).toContain('component=identity');
    expect(many).toContain('deployment/shop-sortie-gateway -- sortie admin reset-password admin');
    expect(many).not.toMatch(/NOT KEPT|NOTHING IS KEPT/);
    const inline = INSTALLATIONS['PostgreSQL with a password'];
    expect(notesOf(inline)).not.toContain('canary');
    const lost = { ...BUNDLED, nats: { persistence: { enabled: false } } };
    expect(notesOf(lost)).toContain('THE LOG IS NOT KEPT');
  });
});
