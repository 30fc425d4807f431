// Goal: each way to say where Sortie keeps things leads there (S-15 to S-19, P-22, P-23).
// Method: the real Helm renders; the environment, volumes and claims of the pods are read.
import { describe, expect, it } from 'vitest';
import { render, type Values } from '#test/support/helm.js';
import {
  environmentOf,
  getObject,
  ofKind,
  podOf,
  podsOf,
  type Volume,
} from '#test/support/helm-objects.js';
import { BUNDLED, EXTERNAL_PARTS, INSTALLATIONS } from '#test/support/helm-values.js';

const named = (name: string): Values => INSTALLATIONS[name] ?? {};
const SERVICES = ['identity', 'catalog', 'session', 'audit'] as const;

/** What a pod is told of its database, and where the file of its secret comes from. */
function databaseOf(values: Values, component = 'catalog') {
  const pod = podOf(render(values), component);
  const environment = Object.entries(environmentOf(pod));
  const sources = (pod.spec.volumes ?? []).flatMap(({ projected }) => projected?.sources ?? []);
  const secret = sources.find(({ secret: { items } }) => items[0]?.path === 'database')?.secret;
  return {
    ...Object.fromEntries(environment.filter(([name]) => name.startsWith('SORTIE_DB'))),
    secret: secret && `${secret.name}/${secret.items[0]?.key}`,
  };
}

const POOL = { SORTIE_DB_TYPE: 'postgres', SORTIE_DB_POOL_MAX: '8' };
const FILE = '/run/secrets/sortie/database';
const PARTS = {
  ...POOL,
  SORTIE_DB_HOST: 'db.example.com',
  SORTIE_DB_PORT: '5432',
  SORTIE_DB_NAME: 'sortie',
  SORTIE_DB_USER: 'sortie',
  SORTIE_DB_SSLMODE: 'require',
  SORTIE_DB_PASSWORD_FILE: FILE,
};

describe('SQLite', () => {
  it('is what the chart comes with: one process with all services, its files in volumes that go with it (S-51)', () => {
    const objects = render();
    const pod = podOf(objects, 'server');
    expect(pod.owner.spec?.replicas).toBe(1);
    expect(environmentOf(pod)).toMatchObject({
      SORTIE_SERVICES: 'identity,catalog,session,audit,gateway',
      SORTIE_DB_TYPE: 'sqlite',
      SORTIE_DB: '/data/sortie.db',
    });
    const mounts = pod.spec.containers[0]?.volumeMounts ?? [];
    expect(mounts.map(({ name, mountPath }) => [name, mountPath])).toEqual(
      expect.arrayContaining([
        ['data', '/data'],
        ['tmp', '/tmp'],
      ]),
    );
    const volume = (name: string): Volume | undefined =>
      pod.spec.volumes?.find((one) => one.name === name);
    expect([volume('data'), volume('tmp')]).toEqual([
      { name: 'data', emptyDir: {} },
      { name: 'tmp', emptyDir: {} },
    ]);
    expect(podsOf(objects)).toHaveLength(2);
  });

  it('is in the folder of its path, and in a claim once that is asked for', () => {
    const elsewhere = podOf(render(named('SQLite elsewhere')), 'server');
    expect(environmentOf(elsewhere)).toMatchObject({
      SORTIE_DB: '/srv/log/events.db',
      SORTIE_DATA: '/srv/log/sortie',
    });
    expect(elsewhere.spec.containers[0]?.volumeMounts?.[0]?.mountPath).toBe('/srv/log');
    const objects = render(named('SQLite in a claim'));
    const claim = getObject(objects, 'PersistentVolumeClaim', 'shop-sortie-data');
    expect(claim.spec).toEqual({
      accessModes: ['ReadWriteOnce'],
      storageClassName: 'fast-ssd',
      resources: { requests: { storage: '10Gi' } },
    });
    expect(claim.metadata.annotations).toEqual({ 'helm.sh/resource-policy': 'keep' });
    expect(claimOf(objects)).toBe('shop-sortie-data');
    const own = render(named('SQLite in a claim of the operator'));
    expect([claimOf(own), ofKind(own, 'PersistentVolumeClaim')]).toEqual(['mine', []]);
  });
});

const claimOf = (objects: ReturnType<typeof render>): string | undefined =>
  podOf(objects, 'server').spec.volumes?.find(({ name }) => name === 'data')?.persistentVolumeClaim
    ?.claimName;

describe('PostgreSQL', () => {
  it('has a Deployment a service, two pods each unless told otherwise', () => {
    const replicas = (values: Values) =>
      Object.fromEntries(
        ofKind(render(values), 'Deployment').map(({ metadata, spec }) => [
          metadata.name.replace('shop-sortie-', ''),
          spec?.replicas,
        ]),
      );
    const two = { identity: 2, catalog: 2, session: 2, audit: 2, gateway: 2 };
    expect(replicas(EXTERNAL_PARTS)).toEqual(two);
    expect(replicas({ ...EXTERNAL_PARTS, replicaCount: 1 })).toEqual(
      Object.fromEntries(Object.keys(two).map((service) => [service, 1])),
    );
    const over = { replicaCount: 4, services: { gateway: { replicas: 7 } } };
    expect(replicas({ ...EXTERNAL_PARTS, ...over })).toMatchObject({ gateway: 7, audit: 4 });
    for (const service of [...SERVICES, 'gateway']) {
      const environment = environmentOf(podOf(render(EXTERNAL_PARTS), service));
      expect(environment['SORTIE_SERVICES']).toBe(service);
    }
  });

  it.each<[string, object]>([
    ['PostgreSQL with a Secret', { ...PARTS, secret: 'sortie-postgres/password' }],
    ['PostgreSQL with a password', { ...PARTS, secret: 'shop-sortie-database/password' }],
    [
      'PostgreSQL with a DSN',
      { ...POOL, SORTIE_DB_DSN_FILE: FILE, secret: 'shop-sortie-database/dsn' },
    ],
    [
      'PostgreSQL with a DSN in a Secret',
      { ...POOL, SORTIE_DB_DSN_FILE: FILE, secret: 'sortie-postgres/dsn' },
    ],
    ['an external database', { ...PARTS, secret: 'postgres-credentials/password' }],
    [
      'PostgreSQL that is checked',
      {
        ...PARTS,
        SORTIE_DB_SSLMODE: 'verify-ca',
        SORTIE_DB_SSL_CA_FILE: '/run/secrets/sortie/database-ca.crt',
        secret: 'sortie-postgres/password',
      },
    ],
    [
      'the PostgreSQL of the chart',
      {
        ...PARTS,
        SORTIE_DB_HOST: 'shop-sortie-postgres',
        SORTIE_DB_SSLMODE: 'disable',
        SORTIE_DB_REPLICAS: 'shop-sortie-postgres-read',
        SORTIE_DB_READ_PREFERENCE: 'replica',
        secret: 'sortie-postgres/password',
      },
    ],
  ])('is reached with %s', (name, expected) => {
    for (const service of SERVICES) expect(databaseOf(named(name), service)).toEqual(expected);
    // The gateway asks the services.
    expect(databaseOf(named(name), 'gateway')).toEqual({ secret: undefined });
  });

  it('is where the DSN says, whatever the single values say (S-19)', () => {
    const postgres = { host: 'other', user: 'x', password: 'y', dsn: 'postgres://a:b@c/d' };
    const values = { ...EXTERNAL_PARTS, database: { type: 'postgres', postgres } };
    expect(databaseOf(values)).toEqual(databaseOf(named('PostgreSQL with a DSN')));
    const [secret] = ofKind(render(values), 'Secret');
    expect(secret?.stringData).toEqual({ dsn: 'postgres://a:b@c/d' });
  });

  it('of the chart has its claim, its size and class as documented, and two standbys without claims (P-22)', () => {
    const objects = render(BUNDLED);
    const primary = getObject(objects, 'StatefulSet', 'shop-sortie-postgres');
    expect(primary.spec.volumeClaimTemplates[0]?.spec).toEqual({
      accessModes: ['ReadWriteOnce'],
      storageClassName: 'fast-ssd',
      resources: { requests: { storage: '50Gi' } },
    });
    const standbys = getObject(objects, 'StatefulSet', 'shop-sortie-postgres-read');
    expect(standbys.spec.replicas).toBe(2);
    expect(standbys.spec.volumeClaimTemplates).toBeUndefined();
    const without = render(named('the PostgreSQL of the chart, with a password and nothing kept'));
    const claims = without.map(({ kind, spec }) => [kind, spec?.volumeClaimTemplates]);
    expect(claims.filter(([kind, own]) => own || kind === 'PersistentVolumeClaim')).toEqual([]);
    expect(without.filter(({ metadata }) => metadata.name.endsWith('-read'))).toEqual([]);
  });

  it('of the chart takes the connections of all pods, also while one more of each service starts', () => {
    const connections = (values: Values) =>
      Number(environmentOf(podOf(render(values), 'postgres'))['CONNECTIONS_MAX']);
    expect(connections(BUNDLED)).toBeGreaterThanOrEqual(4 * 3 * (8 + 1));
    const more = {
      ...BUNDLED,
      replicaCount: 10,
      database: { type: 'postgres', postgres: { poolMax: 20 } },
    };
    expect(connections(more)).toBeGreaterThanOrEqual(4 * 11 * (20 + 1));
  });
});
