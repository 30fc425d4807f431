// Goal: each configuration that Sortie writes is one that every server it takes accepts, and keeps what it promises.
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NatsLink } from '#shared/adapters/nats-connection.js';
import {
  NATS_SETTINGS_SUBJECT,
  type NatsServerSettings,
  natsServerConfig,
} from '#shared/adapters/nats-server-config.js';
import {
  NATS_VERSIONS,
  type NatsServer,
  natsServerProgram,
  newNatsUser,
  startNatsServer,
} from '#test/support/nats-server.js';
import { newCertificate } from '#test/support/certificate.js';

const reader = (name: string) => ({
  ...{ name, nkey: newNatsUser().nkey },
  requests: [
    { subject: `$JS.API.CONSUMER.MSG.NEXT.X.${name}`, as: `a.${name}`, brings: 'many' as const },
    { subject: `$JS.ACK.X.${name}.>`, as: `$JS.ACK.X.${name}.>`, brings: 'one' as const },
  ],
});
const settings: NatsServerSettings = {
  host: '127.0.0.1',
  port: -1,
  storeFolder: '/var/lib/sortie nats',
  storeBytesMax: 1_024 ** 3,
  users: [
    { nkey: newNatsUser().nkey, publish: ['a.>', 'b.*'], subscribe: [], mayAnswer: true },
    { nkey: newNatsUser().nkey, publish: [], subscribe: ['_INBOX.x.>'] },
  ],
};

describe.each(NATS_VERSIONS)('a configuration for the %s server', (version) => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sortie-nats-config-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const check = async (of: NatsServerSettings): Promise<string> => {
    const file = join(folder, 'nats.conf');
    await writeFile(file, natsServerConfig(of));
    return execFileSync(natsServerProgram(version), ['-t', '-c', file], {
      stdio: 'pipe',
    }).toString();
  };

  it.each<[string, Partial<NatsServerSettings>]>([
    ['the least', {}],
    ['lazy flushes', { sync: 'server-default' }],
    ['nobody', { users: [] }],
    ['readers', { readers: [reader('billing'), reader('crm-2')] }],
    ['a system user and monitoring', { systemUser: newNatsUser().nkey, monitoringPort: 8_222 }],
  ])('is accepted with %s', async (_, over) => {
    await expect(check({ ...settings, ...over })).resolves.toBeDefined();
  });

  it('is accepted with TLS and a cluster', async () => {
    const tls = newCertificate(folder).files;
    const cluster = {
      name: 'sortie',
      serverName: 'nats-1',
      host: '0.0.0.0',
      port: 6_222,
      routes: ['nats://nats-1:6222', 'nats://nats-2:6222', 'nats://nats-3:6222'],
    };
    await expect(check({ ...settings, cluster })).resolves.toBeDefined();
    await expect(check({ ...settings, tls })).resolves.toBeDefined();
    await expect(check({ ...settings, cluster, tls })).resolves.toBeDefined();
  });

  it('would be seen to be wrong', async () => {
    await expect(check({ ...settings, port: 'x' as never })).rejects.toThrow('Command failed');
  });
});

describe.each(NATS_VERSIONS)('the %s server with that configuration', (version) => {
  let server: NatsServer;
  const [restricted, powerless] = [newNatsUser(), newNatsUser()];
  beforeEach(async () => {
    server = await startNatsServer({
      version,
      users: [
        {
          nkey: restricted.nkey,
          publish: [NATS_SETTINGS_SUBJECT, 'mine.>'],
          subscribe: ['_INBOX.restricted.>'],
        },
        { nkey: powerless.nkey, publish: [], subscribe: [] },
      ],
    });
  });
  afterEach(() => server.stop());

  const connectAs = (name: string, nkeySeed: string) =>
    NatsLink.connect({ servers: server.url, nkeySeed, name, inboxPrefix: `_INBOX.${name}` });

  it('tells a process of Sortie that it flushes always', async () => {
    const link = await connectAs('restricted', restricted.seed);
    const nats = await link.connected(20_000);
    const answer = await nats.request(NATS_SETTINGS_SUBJECT, '{"config":true}', {
      timeout: 20_000,
    });
    expect(answer.json()).toMatchObject({ data: { config: { sync_always: true } } });
    await link.close();
  });

  it.each([
    ['restricted', 'others.a', 'Publish'],
    ['powerless', 'mine.a', 'Publish'],
  ])('lets %s publish nothing to %s', async (name, subject) => {
    const seed = name === 'restricted' ? restricted.seed : powerless.seed;
    const link = await connectAs(name, seed);
    const nats = await link.connected(20_000);
    const told = nats.status()[Symbol.asyncIterator]().next();
    nats.publish(subject, '{}');
    expect(await told).toMatchObject({
      value: { type: 'error', permissionContext: { operation: 'publish', subject } },
    });
    await link.close();
  });
});

it('a configuration with a quote or a line break in a name is not written', () => {
  for (const storeFolder of ['/a"b', '/a\nb', '/a\\b']) {
    expect(() => natsServerConfig({ ...settings, storeFolder })).toThrow(/can't stand in/);
  }
  for (const name of ['', 'a b', 'a{', 'a.b']) {
    const readers = [reader(name)];
    expect(() => natsServerConfig({ ...settings, readers })).toThrow(/can't be a reader's name/);
  }
});
