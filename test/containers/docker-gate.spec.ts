// Goal: whoever can reach the gate can run desktops and nothing else: each way out of a container that the engine offers is
// closed. Method: the gate in front of a real engine; every way is tried for real, and what it would have changed is looked at.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { docker, newName, ranDocker } from '#test/support/compose-docker.js';
import { labelsOf, networkBodyOf, volumeBodyOf } from '#test/support/docker-gate.js';
import { ENGINE_PATH, GateStage } from '#test/support/docker-gate-stage.js';

let stage: GateStage;
let foreign: string;
beforeAll(async () => {
  stage = await GateStage.open();
  foreign = newName('foreign');
  await docker('run', '--detach', '--name', foreign, stage.image, 'sleep', '600');
});
afterAll(async () => {
  await ranDocker(['rm', '--force', foreign]);
  await stage.close();
});

const exists = async (name: string): Promise<boolean> =>
  (await stage.engine('GET', `/containers/${name}/json`)).status === 200;

describe('a desktop', () => {
  it('is made, looked at, listened to, ended and removed through the gate', async () => {
    const session = await stage.newSession();
    const made = await stage.makeDisplay(session);
    expect([made.status, made.json.message]).toEqual([201, undefined]);
    const name = `sortie-${session}-display`;
    expect((await stage.ask('POST', `/containers/${name}/start`)).status).toBe(204);
    const app = await stage.makeApp(session);
    expect([app.status, app.json.message]).toEqual([201, undefined]);
    expect((await stage.ask('POST', `/containers/${app.json.Id}/start`)).status).toBe(204);

    const { json } = await stage.ask('GET', `/containers/${name}/json`);
    expect(json).toMatchObject({ Id: made.json.Id, State: { Running: true } });
    const inApp = await docker(
      'exec',
      `sortie-${session}`,
      'sh',
      '-c',
      'id -u; grep CapEff /proc/self/status',
    );
    expect(inApp).toBe('1000\nCapEff:\t0000000000000000');

    const ended = stage.ask('POST', `/containers/${name}/wait?condition=not-running`);
    expect((await stage.ask('POST', `/containers/${name}/kill?signal=KILL`)).status).toBe(204);
    expect((await ended).json).toMatchObject({ StatusCode: 137 });
    for (const one of [`sortie-${session}`, name]) {
      const removed = await stage.ask('DELETE', `/containers/${one}?force=true&v=true`);
      expect([removed.status, await exists(one)]).toEqual([204, false]);
    }
    const volume = await stage.ask('DELETE', `/volumes/sortie-${session}-x11`);
    expect(volume.status).toBe(204);
  });

  it('may have a network of its own, which others can’t be reached on', async () => {
    const session = await stage.newSession();
    const made = await stage.ask('POST', '/networks/create', { body: networkBodyOf(session) });
    expect([made.status, made.json.message]).toEqual([201, undefined]);
    await stage.makeDisplay(session);
    await stage.ask('POST', `/containers/sortie-${session}-display/start`);
    const body = stage.app(session);
    const HostConfig = { ...body.HostConfig, NetworkMode: `sortie-${session}-net` };
    const app = await stage.makeApp(session, { ...body, HostConfig });
    expect([app.status, app.json.message]).toEqual([201, undefined]);
    expect((await stage.ask('POST', `/containers/${app.json.Id}/start`)).status).toBe(204);
    const networks = await docker(
      'inspect',
      '-f',
      '{{json .NetworkSettings.Networks}}',
      app.json.Id ?? '',
    );
    expect(Object.values(JSON.parse(networks))).toMatchObject([{ NetworkID: made.json.Id }]);
  });

  it('is alone in what the gate shows, among all that the engine runs', async () => {
    const session = await stage.newSession();
    await stage.makeDisplay(session);
    const { text } = await stage.ask('GET', '/containers/json?all=true');
    const shown = JSON.parse(text) as { Labels: Record<string, string>; Names: string[] }[];
    expect(shown.flatMap(({ Names }) => Names)).toContain(`/sortie-${session}-display`);
    expect(text).not.toContain(foreign);
    expect((await stage.engine('GET', '/containers/json')).text).toContain(foreign);
    const networks = JSON.parse((await stage.ask('GET', '/networks')).text) as { Name: string }[];
    expect(networks.map(({ Name }) => Name)).not.toContain('bridge');
  });
});

describe('a container that would get out', () => {
  let session: string;
  beforeAll(async () => {
    session = await stage.newSession();
  });

  type Body = ReturnType<GateStage['display']>;
  const ways: readonly (readonly [way: string, make: (body: Body) => unknown])[] = [
    ['with privileges', (body) => host(body, { Privileged: true })],
    ['with capabilities', (body) => host(body, { CapAdd: ['SYS_ADMIN'] })],
    ['with the machine’s files', (body) => host(body, { Binds: ['/:/host'] })],
    ['with the machine’s files, mounted', (body) => mount(body, '/')],
    ['with the engine’s socket', (body) => mount(body, ENGINE_PATH)],
    ['with the machine’s processes', (body) => host(body, { PidMode: 'host' })],
    ['with the machine’s network', (body) => host(body, { NetworkMode: 'host' })],
    ['with another’s network', (body) => host(body, { NetworkMode: `container:${foreign}` })],
    ['with another’s processes', (body) => host(body, { PidMode: `container:${foreign}` })],
    ['with another’s volumes', (body) => host(body, { VolumesFrom: [foreign] })],
    ['with a device', (body) => host(body, { Devices: [{ PathOnHost: '/dev/kmsg' }] })],
    ['without seccomp', (body) => host(body, { SecurityOpt: ['seccomp=unconfined'] })],
    ['as root', (body) => ({ ...body, User: '0:0' })],
    ['with fields in another case', (body) => ({ ...body, hostconfig: { privileged: true } })],
    ['with capitals', (body) => ({ ...body, HOSTCONFIG: { PRIVILEGED: true } })],
    ['with a field in another case', (body) => host(body, { pRIVILEGED: true })],
  ];
  const host = (body: Body, part: object) => ({
    ...body,
    HostConfig: { ...body.HostConfig, ...part },
  });
  const mount = (body: Body, Source: string) =>
    host(body, { Mounts: [{ Type: 'bind', Source, Target: '/host' }] });

  it.each(ways)('is not made: %s', async (_, make) => {
    const { status, json } = await stage.makeDisplay(
      session,
      make(stage.display(session)) as object,
    );
    expect([status, json.message]).toEqual([
      403,
      expect.stringContaining('The Docker gate refuses this'),
    ]);
    expect(await exists(`sortie-${session}-display`)).toBe(false);
    expect(stage.told.at(-1)).toMatchObject({ status: 403, method: 'POST' });
  });

  it.each([
    ['twice, the second privileged', '"HostConfig":{"Privileged":true}'],
    ['twice, the second empty', '"HostConfig":{}'],
    ['twice, in another case', '"hostConfig":{"Privileged":true}'],
    ['under a prototype', '"__proto__":{"HostConfig":{"Privileged":true}}'],
  ])('is not made with its settings %s', async (_, more) => {
    const raw = `${JSON.stringify(stage.display(session)).slice(0, -1)},${more}}`;
    const path = `/containers/create?name=sortie-${session}-display`;
    const { status } = await stage.ask('POST', path, { raw });
    expect([status, await exists(`sortie-${session}-display`)]).toEqual([403, false]);
  });

  it('gets what the gate has read of settings that come twice, not what the engine would have', async () => {
    const good = JSON.stringify(stage.display(session));
    const raw = good.replace('"HostConfig":', '"HostConfig":{"Privileged":true},"HostConfig":');
    const path = `/containers/create?name=sortie-${session}-display`;
    expect((await stage.ask('POST', path, { raw })).status).toBe(201);
    const isPrivileged = '{{.HostConfig.Privileged}}';
    const made = `sortie-${session}-display`;
    expect(await docker('inspect', '-f', isPrivileged, made)).toBe('false');
    // The engine joins both.
    const direct = `sortie-${session}-direct`;
    await stage.engineRaw('POST', `/containers/create?name=${direct}`, raw);
    expect(await docker('inspect', '-f', isPrivileged, direct)).toBe('true');
    await docker('rm', made, direct);
  });

  it.each(['../x', 'sortie/../../x', foreign, ''])('is not made with the name %j', async (name) => {
    const path = `/containers/create?name=${encodeURIComponent(name)}`;
    const { status } = await stage.ask('POST', path, { body: stage.display(session) });
    expect(status).toBe(403);
  });
});

describe('a volume that is more than a volume', () => {
  it('is not made', async () => {
    const session = await stage.newSession();
    const Name = `sortie-${session}-root`;
    const DriverOpts = { type: 'none', device: '/', o: 'bind' };
    const body = { ...volumeBodyOf(session), Name, DriverOpts };
    expect((await stage.ask('POST', '/volumes/create', { body })).status).toBe(403);
    expect((await stage.engine('GET', `/volumes/${Name}`)).status).toBe(404);
  });

  it('is not mounted when somebody else has made it, and can be removed', async () => {
    const session = await stage.newSession();
    const Name = `sortie-${session}-root`;
    const DriverOpts = { type: 'none', device: '/', o: 'bind' };
    const Labels = labelsOf(session);
    expect(
      (await stage.engine('POST', '/volumes/create', { Name, DriverOpts, Labels })).status,
    ).toBe(201);
    const body = stage.display(session);
    const Mounts = [{ Type: 'volume', Source: Name, Target: '/host' }];
    const HostConfig = { ...body.HostConfig, Mounts };
    const made = await stage.makeDisplay(session, { ...body, HostConfig });
    expect([made.status, made.json.message]).toEqual([
      403,
      expect.stringContaining('is more than'),
    ]);
    expect((await stage.ask('DELETE', `/volumes/${Name}`)).status).toBe(204);
  });
});

describe('what others have', () => {
  it.each([
    ['GET', '/json'],
    ['GET', '/logs?stdout=1'],
    ['POST', '/stop?t=0'],
    ['POST', '/kill'],
    ['POST', '/wait'],
    ['POST', '/exec'],
    ['POST', '/attach?stream=1&stdin=1'],
    ['GET', '/archive?path=/etc/passwd'],
    ['GET', '/export'],
    ['POST', '/rename?name=x'],
    ['POST', '/update'],
    ['DELETE', '?force=1'],
  ])('is neither shown nor touched: %s <container>%s', async (method, rest) => {
    const { json: before } = await stage.engine('GET', `/containers/${foreign}/json`);
    for (const name of [foreign, before.Id, before.Id?.slice(0, 12)]) {
      const { status, json } = await stage.ask(method, `/containers/${name}${rest}`);
      expect([status, Object.keys(json)]).toEqual([403, ['message']]);
    }
    const { json: after } = await stage.engine('GET', `/containers/${foreign}/json`);
    expect(after).toEqual(before);
  });

  it.each([
    ['POST', '/build'],
    ['POST', '/plugins/pull?remote=x'],
    ['POST', '/swarm/init'],
    ['POST', '/images/load'],
    ['POST', '/images/create?fromSrc=-'],
    ['POST', '/containers/prune'],
    ['POST', '/v1.12/containers/x/start'],
    ['GET', '/info'],
    ['POST', '/networks/bridge/connect'],
    ['DELETE', '/networks/bridge'],
  ])('is nothing to ask for: %s %s', async (method, path) => {
    expect((await stage.ask(method, path)).status).toBe(403);
  });
});
