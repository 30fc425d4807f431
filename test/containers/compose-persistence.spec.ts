// Goal: PERSISTENT_DATA decides what a restart leaves, a wrong word starts nothing, and no choice ever touches what lasts.
// Method: one stack goes down and up with each word; an app in the catalogue, and so in the log and its tables, is what is looked for.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Client } from '#test/support/client.js';
import { ComposeStack } from '#test/support/compose-stack.js';

const LASTING = { PERSISTENT_DATA: 'true' };
const FLEETING = { PERSISTENT_DATA: 'false' };

let stack: ComposeStack;

beforeAll(async () => {
  stack = await ComposeStack.open();
  await stack.build();
});
afterAll(() => stack?.close());
afterEach(() => stack.down());

/** The first administrator is shown once, so each new beginning is asked for a new password where the operator is. */
async function administrator(service = 'gateway'): Promise<Client> {
  const one = await stack.service(service);
  const said = await one.exec('sortie', '--json', 'admin', 'reset-password', 'admin');
  const { password } = JSON.parse(said) as { password: string };
  return new Client(stack.url).signIn('admin', password);
}

async function addApp(admin: Client, id: string): Promise<void> {
  const { status, body } = await admin.post('/api/apps', {
    id,
    name: id,
    url: 'https://a.example',
  });
  expect(status, JSON.stringify(body)).toBe(201);
}
async function addedApps(admin: Client): Promise<string[]> {
  const { body } = await admin.get('/api/apps?limit=1000');
  const ids = body.apps.map(({ id }: { id: string }) => id) as string[];
  return ids.filter((id) => id.startsWith('added-'));
}

describe('the stack', () => {
  it('keeps its rows over down and up, as long as nothing else is said', async () => {
    await stack.up();
    await addApp(await administrator(), 'added-lasting');
    await stack.down();
    await stack.up(LASTING);
    expect(await addedApps(await administrator())).toEqual(['added-lasting']);
  });

  it('begins anew each time with false, in memory', async () => {
    await stack.up(FLEETING);
    const admin = await administrator();
    expect(await addedApps(admin)).toEqual([]);
    await addApp(admin, 'added-fleeting');
    for (const [service, folder] of [
      ['nats', '/data'],
      ['postgres', '/data/pgdata'],
    ] as const) {
      const one = await stack.service(service);
      expect(await one.exec('stat', '-f', '-c', '%T', folder)).toBe('tmpfs');
      expect(await one.exec('stat', '-c', '%a', folder)).toBe('700');
      expect(await one.exec('sh', '-c', `df -k ${folder} | tail -1`)).toContain(
        String(2 * 1_024 ** 2),
      );
    }
    await stack.down();
    await stack.up(FLEETING);
    expect(await addedApps(await administrator())).toEqual([]);
  });

  it('finds what lasts where it was, after all of that', async () => {
    await stack.up(LASTING);
    expect(await addedApps(await administrator())).toEqual(['added-lasting']);
  });

  it.each(['flase', 'TRUE', '1', 'no'])('starts nothing with %s', async (word) => {
    const { code, output } = await stack.compose(['up', '--detach'], { PERSISTENT_DATA: word });
    expect(code).not.toBe(0);
    expect(output).toContain(`undefined volume`);
    expect(output).toContain(`-${word}`);
    expect(await stack.services()).toEqual([]);
  });
});

describe('one process', () => {
  const alone = async (env: Record<string, string>): Promise<Client> => {
    await stack.up(env, 'one-process');
    return administrator('one-process');
  };

  it('is the same without NATS and PostgreSQL, and keeps its rows', async () => {
    const first = await alone(LASTING);
    expect(await stack.services()).toEqual([
      ...['display', 'docker-gate', 'editor', 'one-process', 'setup', 'terminal'],
    ]);
    await addApp(first, 'added-lasting');
    await stack.down();
    expect(await addedApps(await alone(LASTING))).toEqual(['added-lasting']);
    const one = await stack.service('one-process');
    expect(await one.inspect('.HostConfig')).toMatchObject({
      ...{ ReadonlyRootfs: true, CapDrop: ['ALL'], SecurityOpt: ['no-new-privileges:true'] },
      PortBindings: { [`${stack.port}/tcp`]: [{ HostIp: '127.0.0.1' }] },
    });
    expect(await one.exec('id', '-u')).toBe('10001');
    expect(await one.exec('stat', '-c', '%u %a', '/data')).toBe('10001 700');
  });

  it('begins anew each time with false, and touches nothing', async () => {
    const first = await alone(FLEETING);
    expect(await addedApps(first)).toEqual([]);
    await addApp(first, 'added-fleeting');
    await stack.down();
    expect(await addedApps(await alone(FLEETING))).toEqual([]);
    await stack.down();
    expect(await addedApps(await alone(LASTING))).toEqual(['added-lasting']);
  });
});
