// Goal: `docker compose up` is a whole Sortie, each part shut in as far as it goes.
// Method: the real file with the real images under a project of its own; asked over its one port, looked at with `docker inspect`.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Client } from '#test/support/client.js';
import { type Container, docker, ranDocker } from '#test/support/compose-docker.js';
import { ComposeStack } from '#test/support/compose-stack.js';
import { until } from '#test/support/waits.js';

const SERVICES = ['audit', 'catalog', 'gateway', 'identity', 'session'];
const PARTS = [...SERVICES, 'docker-gate', 'nats', 'postgres'].toSorted();
const ONCE = ['display', 'editor', 'setup', 'terminal'];
let stack: ComposeStack;
let admin: Client;

beforeAll(async () => {
  stack = await ComposeStack.open();
  await stack.build();
  const seconds = await stack.up();
  console.log(`From "up" with built images to ready: ${seconds.toFixed(1)} s`);
  admin = await stack.administrator();
});
afterAll(() => stack?.close());

type Host = Readonly<{
  ReadonlyRootfs: boolean;
  Privileged: boolean;
  CapDrop: string[];
  CapAdd: string[] | null;
  SecurityOpt: string[];
  PidsLimit: number;
  Memory: number;
  Binds: string[] | null;
  NetworkMode: string;
  PidMode: string;
  IpcMode: string;
  LogConfig: { Config: Record<string, string> };
  PortBindings: Record<string, { HostIp: string; HostPort: string }[]>;
}>;

const hostOf = async (name: string): Promise<Host> =>
  (await stack.service(name)).inspect<Host>('.HostConfig');

describe('docker compose up', () => {
  it('has every part running and healthy, and what runs once ended well', async () => {
    expect(await stack.services()).toEqual([...PARTS, ...ONCE].toSorted());
    for (const name of PARTS) {
      const state = await (await stack.service(name)).inspect('.State');
      expect(state, name).toMatchObject({ Running: true, Health: { Status: 'healthy' } });
    }
    for (const name of ONCE)
      expect(await (await stack.service(name)).ended()).toMatchObject({ code: 0 });
  });

  it('tells the first password in a log, once, and has the example catalogue', async () => {
    const { body } = await admin.get('/api/apps');
    expect(JSON.stringify(body)).toContain('"terminal"');
    const told = (await stack.logs()).split(await stack.password()).length - 1;
    expect(told).toBe(1);
  });

  it('gives a new password to whoever lost it', async () => {
    const gateway = await stack.service('gateway');
    const said = await gateway.exec('sortie', '--json', 'admin', 'reset-password', 'admin');
    const { password } = JSON.parse(said) as { password: string };
    await admin.signIn('admin', password);
    expect((await admin.get('/api/users')).status).toBe(200);
  });

  it('keeps its keys when it is started once more', async () => {
    const before = await stack.keys();
    await stack.up();
    expect(await (await stack.service('setup')).logs()).toContain('All keys are there.');
    expect(await stack.keys()).toEqual(before);
    const nats = await stack.service('nats');
    const isRead = async () => (await nats.logs()).includes('Reloaded server configuration');
    await until('NATS has read its configuration again', isRead);
    expect((await admin.get('/api/apps')).status).toBe(200);
  });
});

describe('its secrets', () => {
  it('lie in files that one container each can read', async () => {
    const keys = await stack.keys();
    const seen = Object.entries(keys).map(([file, held]) => `${file} ${held.split(' ')[0]}`);
    expect(seen.toSorted()).toEqual([
      '/all/keys-audit/audit.key 10001:400',
      '/all/keys-audit/db.password 10001:400',
      '/all/keys-audit/nats.nkey 10001:400',
      '/all/keys-catalog/db.password 10001:400',
      '/all/keys-catalog/nats.nkey 10001:400',
      '/all/keys-gateway/nats.nkey 10001:400',
      '/all/keys-identity/db.password 10001:400',
      '/all/keys-identity/nats.nkey 10001:400',
      '/all/keys-identity/sealing.key 10001:400',
      '/all/keys-postgres/db.password 70:400',
      '/all/keys-session/db.password 10001:400',
      '/all/keys-session/nats.nkey 10001:400',
      '/all/keys-session/sealing.key 10001:400',
    ]);
    for (const name of [...SERVICES, 'postgres']) {
      const { Mounts } = await (
        await stack.service(name)
      ).inspect<{ Mounts: { Name?: string; RW: boolean }[] }>('.');
      const own = Mounts.filter(({ Name }) => Name?.includes('_keys-'));
      expect(own, name).toEqual([
        expect.objectContaining({ Name: `${stack.project}_keys-${name}`, RW: false }),
      ]);
    }
  });

  it('are in no environment, command, label or log, and in no image', async () => {
    const values = Object.values(await stack.keys()).map((held) => held.split(' ')[1] ?? '');
    const secrets = [...new Set(values)];
    expect(secrets).toHaveLength(SERVICES.length + 3);
    const shown = [await stack.logs(), (await stack.compose(['config'])).output];
    for (const name of [...PARTS, ...ONCE]) {
      const container = await stack.service(name);
      shown.push(JSON.stringify(await container.inspect('.')));
      const image = await container.inspect<string>('.Image');
      shown.push(await docker('inspect', image), await docker('history', '--no-trunc', image));
    }
    for (const secret of secrets) {
      expect(secret.length).toBeGreaterThan(20);
      expect(shown.join('\n').includes(secret)).toBe(false);
    }
  });
});

describe('every container', () => {
  const CAPABILITIES: Readonly<Record<string, string[]>> = {
    setup: ['CHOWN', 'DAC_OVERRIDE', 'FOWNER'],
    'docker-gate': ['CHOWN', 'DAC_OVERRIDE', 'FOWNER'],
    postgres: ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'SETGID', 'SETUID'],
  };

  it.each([...PARTS, ...ONCE].map((name) => [name]))('%s is shut in', async (name) => {
    const host = await hostOf(name);
    expect(host).toMatchObject({
      ReadonlyRootfs: true,
      Privileged: false,
      CapDrop: ['ALL'],
      PidMode: '',
    });
    expect(host.SecurityOpt).toEqual(['no-new-privileges:true']);
    const added = (host.CapAdd ?? []).map((capability) => capability.replace('CAP_', ''));
    expect(added.toSorted()).toEqual(CAPABILITIES[name] ?? []);
    expect(host.PidsLimit).toBeGreaterThan(0);
    expect(host.LogConfig.Config).toMatchObject({ 'max-size': '10m', 'max-file': '3' });
    expect(host.IpcMode).toBe('private');
  });

  it.each(PARTS.map((name) => [name]))('%s may take so much memory and no more', async (name) => {
    expect((await hostOf(name)).Memory).toBeGreaterThan(0);
  });

  it.each([...SERVICES, 'nats'].map((name) => [name]))(
    '%s is nobody in particular',
    async (name) => {
      const one = await stack.service(name);
      expect(Number(await one.exec('id', '-u'))).toBeGreaterThan(10_000);
      expect(await one.exec('sh', '-c', 'grep -h ^CapEff /proc/[0-9]*/status | sort -u')).toMatch(
        /^CapEff:\s0+$/,
      );
    },
  );

  it('but the gate has no socket of the engine', async () => {
    for (const name of [...PARTS, ...ONCE]) {
      const { Binds } = await hostOf(name);
      expect(Boolean(Binds?.some((bind) => bind.includes('docker.sock'))), name).toBe(
        name === 'docker-gate',
      );
    }
    const engine = await hostOf('docker-gate');
    expect(engine.NetworkMode).toBe('none');
    const shared = (await hostOf('session')).Binds?.filter((bind) => bind.includes('docker-gate'));
    expect(shared).toHaveLength(1);
    expect((await hostOf('gateway')).Binds?.join()).not.toContain('docker-gate');
  });
});

describe('its networks', () => {
  it('have one way in, on this machine alone', async () => {
    for (const name of [...PARTS, ...ONCE]) {
      const { PortBindings: ports } = await hostOf(name);
      const port = String(stack.port);
      const published = { [`${port}/tcp`]: [{ HostIp: '127.0.0.1', HostPort: port }] };
      expect(ports ?? {}, name).toEqual(name === 'gateway' ? published : {});
    }
  });

  const addressOf = async (name: string): Promise<string> => {
    type Networks = Record<string, { IPAddress: string }>;
    const networks = await (
      await stack.service(name)
    ).inspect<Networks>('.NetworkSettings.Networks');
    return Object.values(networks)[0]?.IPAddress ?? '';
  };
  /** Whether a container gets through to an address, by name or number. */
  const reaches = async (from: Container, host: string, port: number): Promise<boolean> => {
    const script = `require('node:net').connect({host:'${host}',port:${port},timeout:2000}).on('connect',()=>process.exit(0)).on('error',()=>process.exit(1)).on('timeout',()=>process.exit(1))`;
    return (await ranDocker(['exec', from.name, 'node', '-e', script])).code === 0;
  };

  it('let the gateway reach NATS and never PostgreSQL', async () => {
    const [gateway, postgres] = [await stack.service('gateway'), await addressOf('postgres')];
    expect(await reaches(gateway, 'nats', 4222)).toBe(true);
    expect(await reaches(gateway, 'postgres', 5432)).toBe(false);
    expect(await reaches(gateway, postgres, 5432)).toBe(false);
    expect(await reaches(await stack.service('catalog'), postgres, 5432)).toBe(true);
  });

  it('let nothing out but where the way in is', async () => {
    const internal = async (name: string) =>
      docker('network', 'inspect', '-f', '{{.Internal}}', `${stack.project}_${name}`);
    expect([await internal('bus'), await internal('database')]).toEqual(['true', 'true']);
  });
});
