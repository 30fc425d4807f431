import { describe, expect, it } from 'vitest';
import {
  appBody,
  displayBody,
  INSTALLATION,
  labelsOf,
  networkBodyOf,
  volumeBodyOf,
} from '#test/support/docker-gate.js';
import { decide, IDS, RUNTIME_DIR } from '#test/support/docker-gate-policy.js';

const display = displayBody({ session: 'one', image: 'sortie/display', runtimeDir: RUNTIME_DIR });
const app = appBody({ session: 'one', image: 'registry.example:5000/apps/editor:2' });
const own = `{"label":["sortie.installation=${INSTALLATION}"]}`;

describe('what the driver asks', () => {
  it.each([
    ['GET', '/_ping', '/_ping'],
    ['HEAD', '/_ping', '/_ping'],
    ['GET', '/v1.41/version', '/v1.41/version'],
    ['GET', '/images/sortie/display/json', '/images/sortie/display/json'],
    ['GET', '/v1.44/images/sortie/display:1.0/json', '/v1.44/images/sortie/display:1.0/json'],
    ['POST', '/images/create?fromImage=debian&tag=trixie', '/images/create'],
    ['POST', `/images/create?fromImage=x/y&tag=sha256:${'0'.repeat(64)}`, '/images/create'],
    ['GET', '/containers/sortie-one/json', `/containers/${IDS.app}/json`],
    ['POST', '/containers/sortie-one/start', `/containers/${IDS.app}/start`],
    ['POST', '/containers/sortie-one/stop?t=5', `/containers/${IDS.app}/stop`],
    ['POST', '/containers/sortie-one/kill?signal=TERM', `/containers/${IDS.app}/kill`],
    ['POST', '/containers/sortie-one/wait?condition=not-running', `/containers/${IDS.app}/wait`],
    ['GET', '/containers/sortie-one/logs?stdout=true&tail=20', `/containers/${IDS.app}/logs`],
    ['DELETE', '/containers/sortie-one?force=true&v=true', `/containers/${IDS.app}`],
    ['GET', '/volumes/sortie-one-x11', '/volumes/sortie-one-x11'],
    ['DELETE', '/volumes/sortie-one-x11', '/volumes/sortie-one-x11'],
    ['DELETE', '/networks/sortie-one-net', `/networks/${IDS.network}`],
  ])('%s %s is sent on, what is somebody’s by its id', async (method, url, path) => {
    const { call } = await decide(method, url);
    expect(call).toMatchObject({ method, path });
    expect(call.query ?? {}).toEqual(queryOf(url));
  });

  it.each(['/containers/json?all=true', '/events', '/volumes', '/networks'])(
    'GET %s shows this installation’s own',
    async (url) => {
      expect((await decide('GET', url)).call.query?.['filters']).toBe(own);
    },
  );

  it('keeps the filters that it came with, in both ways to write them', async () => {
    const filters = { type: ['container'], event: ['die'], label: { 'sortie.session=one': true } };
    const url = `/events?filters=${encodeURIComponent(JSON.stringify(filters))}`;
    const { call, lasts } = await decide('GET', url);
    expect(lasts).toBe(true);
    expect(JSON.parse(call.query?.['filters'] ?? '')).toEqual({
      ...{ type: ['container'], event: ['die'] },
      label: [`sortie.installation=${INSTALLATION}`, 'sortie.session=one'],
    });
  });

  it('a display is made as it was asked for, with its folder held fast', async () => {
    const asked = await decide('POST', '/containers/create?name=sortie-one-display', display);
    expect(asked.call).toEqual({
      ...{ method: 'POST', path: '/containers/create' },
      ...{ query: { name: 'sortie-one-display' }, body: display },
    });
    expect(asked.holds).toBe('one');
  });

  it('an app is made with what it shares named by id', async () => {
    const { call, holds } = await decide('POST', '/containers/create?name=sortie-one', app);
    const shared = `container:${IDS.display}`;
    expect(call.body).toEqual({
      ...app,
      HostConfig: { ...app.HostConfig, IpcMode: shared, PidMode: shared },
    });
    expect(holds).toBeUndefined();
  });

  it('a network of the session is named by id', async () => {
    const HostConfig = { ...app.HostConfig, NetworkMode: 'sortie-one-net' };
    const body = { ...app, HostConfig };
    const { call } = await decide('POST', '/containers/create?name=sortie-one', body);
    expect(call.body).toMatchObject({ HostConfig: { NetworkMode: IDS.network } });
  });

  it('volumes and networks are made as they were asked for', async () => {
    const bare = { Name: 'sortie-one-workspace', DriverOpts: {}, Labels: labelsOf('one') };
    for (const body of [volumeBodyOf('one'), bare]) {
      expect((await decide('POST', '/volumes/create', body)).call.body).toEqual(body);
    }
    const network = networkBodyOf('one');
    expect((await decide('POST', '/networks/create', network)).call.body).toEqual(network);
  });
});

function queryOf(url: string): unknown {
  const mark = url.indexOf('?');
  return Object.fromEntries(new URLSearchParams(mark === -1 ? '' : url.slice(mark)));
}

describe('what belongs to others', () => {
  it.each([
    ...['foreign', 'postgres', 'unlabelled'].flatMap((name) => [
      ['GET', `/containers/${name}/json`],
      ['GET', `/containers/${name}/logs?stdout=1`],
      ['POST', `/containers/${name}/start`],
      ['POST', `/containers/${name}/stop`],
      ['POST', `/containers/${name}/kill`],
      ['POST', `/containers/${name}/wait`],
      ['DELETE', `/containers/${name}?force=1`],
    ]),
    ['GET', '/volumes/foreign'],
    ['DELETE', '/volumes/foreign'],
    ['GET', '/networks/bridge'],
    ['DELETE', '/networks/host'],
  ])('is not touched: %s %s', async (method, url) => {
    await expect(decide(method, url)).rejects.toThrow(`none of installation ${INSTALLATION}'s`);
  });

  it('and what is not there is not there, in the engine’s own words', async () => {
    const asked = decide('GET', '/containers/nobody/json');
    await expect(asked).rejects.toMatchObject({
      ...{ name: 'NotThere', message: 'No such container: nobody' },
    });
  });

  it.each(['label', 'Label', 'label!', 'network', 'ancestor', '__proto__'])(
    'filters can’t widen a list: %s',
    async (key) => {
      const filters = encodeURIComponent(`{"${key}":{"sortie.installation":false}}`);
      await expect(decide('GET', `/containers/json?filters=${filters}`)).rejects.toThrow('refuses');
    },
  );

  it.each(['[]', '{', '"x"', '{"label":"x"}', '{"label":[1]}', 'null'])(
    'filters are refused that are none: %s',
    async (text) => {
      const url = `/containers/json?filters=${encodeURIComponent(text)}`;
      await expect(decide('GET', url)).rejects.toThrow('refuses');
    },
  );
});
