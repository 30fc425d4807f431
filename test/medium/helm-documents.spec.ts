// Goal: what is written beside the chart is true: the page of values, the schema, and the manifests for people without Helm.
// Method: each is made anew from the chart and compared with the file; `npx vitest run … -u` writes them.
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { CHART, objectsIn, refusalOf, render } from '#test/support/helm.js';
import {
  documentedValues,
  plainManifests,
  valuesPage,
  valuesText,
} from '#test/support/helm-documents.js';
import { ofKind } from '#test/support/helm-objects.js';
import { schemaFaultsOf } from '#test/support/helm-schema.js';

const MANIFESTS = 'deploy/kubernetes';
const text = (path: string): string => readFileSync(path, 'utf8');

describe('the plain manifests', () => {
  it('are what the chart makes as it comes, file by file', async () => {
    const manifests = await plainManifests();
    for (const [name, written] of manifests) {
      await expect(written).toMatchFileSnapshot(`../../${MANIFESTS}/${name}`);
    }
    const there = readdirSync(MANIFESTS).filter((name) => name.endsWith('.yaml'));
    expect(there.toSorted()).toEqual([...manifests.keys()].toSorted());
    expect(there.length).toBeGreaterThan(5);
  });

  it('are what Kubernetes knows, and nothing of Helm’s', () => {
    const all = readdirSync(MANIFESTS)
      .filter((name) => name.endsWith('.yaml'))
      .map((name) => text(`${MANIFESTS}/${name}`));
    expect(all.flatMap(objectsIn).flatMap(schemaFaultsOf)).toEqual([]);
    expect(all.join('\n')).not.toMatch(/helm\.sh|managed-by|namespace: /);
  });

  it('bound what the namespace may store (S-55)', () => {
    const [quota] = objectsIn(text(`${MANIFESTS}/resource-quota.yaml`));
    expect([quota?.kind, quota?.spec?.hard]).toEqual([
      'ResourceQuota',
      { persistentvolumeclaims: '10', 'requests.storage': '100Gi' },
    ]);
    expect(ofKind(render(), 'ResourceQuota')[0]?.spec?.hard).toEqual(quota?.spec?.hard);
  });
});

describe('the values', () => {
  it('each have a line of explanation, and are on their page', async () => {
    const values = documentedValues();
    expect(values.length).toBeGreaterThan(100);
    expect(values.filter(({ meaning }) => meaning === '').map(({ path }) => path)).toEqual([]);
    await expect(valuesPage()).toMatchFileSnapshot(`${CHART}/VALUES.md`);
  });

  it('have the names that were asked for (S-15 to S-19, P-22, P-23), and their defaults', () => {
    const values = Object.fromEntries(documentedValues().map(({ path, unset }) => [path, unset]));
    expect(values).toMatchObject({
      'database.type': '"sqlite"',
      'database.sqlite.path': '"/data/sortie.db"',
      'database.postgres.host': '""',
      'database.postgres.port': '5432',
      'database.postgres.database': '"sortie"',
      'database.postgres.user': '"sortie"',
      'database.postgres.password': '""',
      'database.postgres.sslMode': '"require"',
      'database.postgres.existingSecret': '""',
      'database.postgres.dsn': '""',
      'persistence.enabled': 'false',
      'persistence.postgresql.enabled': 'false',
      'persistence.postgresql.auth.username': '"sortie"',
      'persistence.postgresql.auth.password': '""',
      'persistence.postgresql.auth.database': '"sortie"',
      'persistence.postgresql.primary.persistence.enabled': 'true',
      'persistence.postgresql.primary.persistence.size': '"50Gi"',
      'persistence.postgresql.primary.persistence.storageClass': '"fast-ssd"',
      'persistence.postgresql.readReplicas.replicaCount': '2',
      'postgresql.enabled': 'null',
      'externalDatabase.host': '""',
      'externalDatabase.port': '5432',
      'externalDatabase.database': '"sortie"',
      'externalDatabase.username': '"sortie"',
      'externalDatabase.existingSecret': '"postgres-credentials"',
      'externalDatabase.existingSecretPasswordKey': '"password"',
    });
  });

  it('are read as they are: a value without its line is seen', () => {
    const planted = valuesText.replace(/^service:\n/m, 'planted: 1\n$&');
    const missing = documentedValues(planted).filter(({ meaning }) => meaning === '');
    expect(missing.map(({ path }) => path)).toEqual(['planted']);
  });
});

type Schema = Readonly<{
  type?: string | string[];
  properties?: Readonly<Record<string, Schema>>;
  additionalProperties?: unknown;
  items?: Schema;
  allOf?: readonly Schema[];
  $ref?: string;
  $defs?: Readonly<Record<string, Schema>>;
}>;

describe('the schema of the values', () => {
  const schema = JSON.parse(text(`${CHART}/values.schema.json`)) as Schema;

  /** What the schema says at a path; undefined when nothing. */
  const at = (path: string): Schema | undefined =>
    path
      .split('.')
      .reduce<Schema | undefined>((found, key) => resolved(found)?.properties?.[key], schema);
  const resolved = (found: Schema | undefined): Schema | undefined =>
    found?.$ref === undefined ? found : schema.$defs?.[found.$ref.split('/').at(-1) ?? ''];

  it('knows every value, and no other', () => {
    const values = documentedValues().map(({ path }) => path);
    expect(values.filter((path) => at(path) === undefined)).toEqual([]);
    const tops = Object.keys(parse(valuesText) as object);
    // Helm itself adds `global`.
    expect(Object.keys(schema.properties ?? {}).toSorted()).toEqual([...tops, 'global'].toSorted());
  });

  it('is closed wherever it lists names, so that a misspelt one is refused', () => {
    const open = (found: unknown, path: string): string[] => {
      if (typeof found !== 'object' || found === null) return [];
      const own = 'properties' in found && 'type' in found && !path.endsWith('/hard');
      const isOpen = own && (found as Schema).additionalProperties !== false;
      const below = Object.entries(found).flatMap(([key, value]) => open(value, `${path}/${key}`));
      return isOpen ? [path, ...below] : below;
    };
    expect(open(schema, '')).toEqual([]);
  });

  it.each<[string, object, string]>([
    ['a misspelt value', { databse: {} }, 'databse'],
    ['a misspelt value below', { database: { postgres: { hots: 'x' } } }, 'hots'],
    ['an unknown database', { database: { type: 'mysql' } }, 'type'],
    ['a number as text', { replicaCount: '2' }, 'replicaCount'],
    ['a path that is no place for files', { database: { sqlite: { path: 'sortie.db' } } }, 'path'],
    ['a path where the program is', { database: { sqlite: { path: '/app/x.db' } } }, 'path'],
    [
      'the superuser',
      { persistence: { postgresql: { auth: { username: 'postgres' } } } },
      'username',
    ],
    [
      'the role of the standbys',
      { persistence: { postgresql: { auth: { username: 'replicator' } } } },
      'username',
    ],
    ['a variable of Sortie’s', { extraEnv: { SORTIE_HOST: '::' } }, 'SORTIE_HOST'],
    [
      'a label that selectors use',
      { podLabels: { 'app.kubernetes.io/name': 'x' } },
      'app.kubernetes.io/name',
    ],
    ['a public address with a path', { settings: { publicUrl: 'https://a/b' } }, 'publicUrl'],
    ['a password in the address of NATS', { nats: { external: { url: 'nats://a:b@c' } } }, 'url'],
    ['a size without a unit', { persistence: { size: '10' } }, 'size'],
    ['two copies of the log', { nats: { external: { replicas: 2 } } }, 'replicas'],
  ])('refuses %s', (_name, values, field) => {
    for (const version of [3, 4] as const) {
      const told = refusalOf(values as Record<string, unknown>, { version });
      expect(told).toMatch(/don't meet the specifications of the schema/);
      expect(told).toContain(field);
    }
  });
});

describe('the chart', () => {
  it('has the version of the program that it starts', () => {
    const { version } = JSON.parse(text('package.json')) as { version: string };
    expect(parse(text(`${CHART}/Chart.yaml`))).toMatchObject({ version, appVersion: version });
  });
});

describe('the README of the chart', () => {
  const readme = text(`${CHART}/README.md`);

  it('names values that exist', () => {
    const known = documentedValues().map(({ path }) => path);
    const named = [...readme.matchAll(/`((?:[a-z][A-Za-z]+\.)+[a-zA-Z]+)(?:=[^`]*)?`/g)].map(
      ([, path = '']) => path,
    );
    const tops = new Set(known.map((path) => path.split('.')[0]));
    const values = named.filter((path) => tops.has(path.split('.')[0]));
    expect(values.length).toBeGreaterThan(15);
    const exists = (path: string): boolean =>
      known.some((one) => one === path || one.startsWith(`${path}.`));
    expect(values.filter((path) => !exists(path))).toEqual([]);
  });

  it('says that desktops need a driver that is not there yet', () => {
    expect(readme).toMatch(/Desktops do not work on Kubernetes yet/);
  });
});
