// Goal: what the chart makes runs: the pod on SQLite as another user on a kubelet's volume, and a Deployment a service
// around the NATS whose configuration its own pod made.
// Method: the containers' commands, variables and files as Helm renders them, as processes of this machine; addresses and
// ports are other ones, and PostgreSQL is the tests' own.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { nkeys } from 'nats';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Client } from '#test/support/client.js';
import { CHART, render } from '#test/support/helm.js';
import { type Container, getObject, podOf } from '#test/support/helm-objects.js';
import { ReleaseStage } from '#test/support/helm-release.js';
import { EXTERNAL_PARTS } from '#test/support/helm-values.js';
import { startPostgres } from '#test/support/postgres-server.js';

const SORTIE_UID = 10_001;
const NATS_UID = 10_002;

let stage: ReleaseStage;
beforeEach(() => {
  stage = new ReleaseStage();
});
afterEach(() => stage.end());

const newSeed = (): string => new TextDecoder().decode(nkeys.createUser().getSeed());
const password = (output: string): string => /Password: +(\S+)/.exec(output)?.[1] ?? '';

/** The mounts of a pod with the chart's ConfigMap in them. */
function mountSortie(objects: ReturnType<typeof render>, component: string): void {
  const [container] = podOf(objects, component).spec.containers as [Container];
  stage.mount(component, container, SORTIE_UID);
  const { data = {} } = getObject(objects, 'ConfigMap', 'shop-sortie');
  for (const [name, text] of Object.entries(data)) {
    stage.put(component, `/etc/sortie/${name}`, text, SORTIE_UID);
  }
}

const signIn = (url: string, shown: string): Promise<Client> =>
  new Client(url).signIn('admin', shown);

const appsOf = async (client: Client): Promise<string[]> =>
  (await client.get('/api/apps')).body.apps.map(({ id }: { id: string }) => id).toSorted();

describe('the pod on SQLite', () => {
  it('starts on a volume that is not its user’s, keeps its files there, and loads the apps of the chart', async () => {
    const objects = render({ branding: { tenant_name: 'Shop' } });
    mountSortie(objects, 'server');
    const pod = podOf(objects, 'server');
    const server = await stage.startSortie('server', pod, {}, SORTIE_UID);
    expect(server.output()).toContain('The example catalogue is loaded: 2 apps.');
    const data = stage.at('server', '/data');
    expect(readdirSync(data).toSorted()).toEqual(expect.arrayContaining(['sortie', 'sortie.db']));
    expect(readdirSync(join(data, 'sortie'))).toEqual(expect.arrayContaining(['sealing.key']));
    expect(statSync(join(data, 'sortie')).mode & 0o777).toBe(0o700);
    expect(statSync(join(data, 'sortie.db')).mode & 0o077).toBe(0);
    const client = await signIn(server.url, password(server.output()));
    expect(await appsOf(client)).toEqual(['cloudevents', 'novnc']);
    expect(await server.stop()).toBe(0);
    const again = await stage.startSortie('server', pod, {}, SORTIE_UID);
    expect(password(again.output())).toBe('');
  });
});

describe('a Deployment a service', () => {
  it('meets in the NATS whose configuration its pod made of the keys in the Secret', async () => {
    const database = await startPostgres();
    try {
      const objects = render(EXTERNAL_PARTS);
      const services = ['identity', 'catalog', 'gateway'];
      const seeds = Object.fromEntries(
        ['identity', 'catalog', 'session', 'audit', 'gateway'].map((name) => [name, newSeed()]),
      );
      const url = await startNats(objects, seeds);
      const replaced = {
        SORTIE_NATS_URL: url,
        SORTIE_DB_HOST: database.host,
        SORTIE_DB_PORT: String(database.port),
        SORTIE_DB_SSLMODE: 'disable',
      };
      const started = await Promise.all(
        services.map((service) => {
          mountSortie(objects, service);
          const put = (file: string, text: string) =>
            stage.put(service, `/run/secrets/sortie/${file}`, text, SORTIE_UID);
          put('nkey', `${seeds[service]}\n`);
          if (service === 'identity') put('sealing.key', Buffer.alloc(32, 7).toString('base64'));
          if (service !== 'gateway') put('database', `${database.password}\n`);
          // The gateway has no way to the database, so it is not told of one.
          const own = service === 'gateway' ? { SORTIE_NATS_URL: url } : replaced;
          return stage.startSortie(service, podOf(objects, service), own, SORTIE_UID);
        }),
      );
      const [identity, , gateway] = started;
      const client = await signIn(gateway?.url ?? '', password(identity?.output() ?? ''));
      expect(await appsOf(client)).toEqual(['cloudevents', 'novnc']);
      for (const one of started) expect(one.output()).not.toMatch(/violation|is no setting/i);
      for (const one of started.toReversed()) expect(await one.stop()).toBe(0);
    } finally {
      await database.stop();
    }
  });

  it('is made keys for by the command of the README', () => {
    const readme = readFileSync(`${CHART}/README.md`, 'utf8');
    const processes = (text: string): string[] =>
      [...text.matchAll(/--process ([a-z]+=[a-z]+)/g)].map(([, one = '']) => one);
    const [init] = podOf(render(EXTERNAL_PARTS), 'nats').spec.initContainers ?? [];
    expect(processes(readme).toSorted()).toEqual(processes(init?.args?.[0] ?? '').toSorted());
    expect(readme).toContain('openssl rand -base64 32 > keys/sealing.key');
  });
});

/** Runs what the pod of NATS runs: its init container, then the server. */
async function startNats(
  objects: ReturnType<typeof render>,
  seeds: Record<string, string>,
): Promise<string> {
  const { initContainers = [], containers } = podOf(objects, 'nats').spec;
  const [init] = initContainers as [Container];
  for (const container of [init, ...containers]) stage.mount('nats', container, NATS_UID);
  for (const [name, seed] of Object.entries(seeds)) {
    stage.put('nats', `/keys/${name}.nkey`, seed, NATS_UID);
  }
  stage.runScript('nats', init, NATS_UID);
  // It may be run again: a pod's init containers are, when its sandbox is lost.
  stage.runScript('nats', init, NATS_UID);
  expect(readdirSync(stage.at('nats', '/etc/nats'))).toEqual(['nats-server.conf']);
  const config = readFileSync(stage.at('nats', '/etc/nats/nats-server.conf'), 'utf8');
  expect(config).toContain('sync_interval: always');
  for (const seed of Object.values(seeds)) {
    const key = nkeys.fromSeed(new TextEncoder().encode(seed)).getPublicKey();
    expect(config).toContain(key);
  }
  return stage.startNats(stage.at('nats', '/etc/nats/nats-server.conf'), NATS_UID);
}
