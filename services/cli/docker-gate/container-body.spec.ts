import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { appBody, displayBody, labelsOf } from '#test/support/docker-gate.js';
import { decide, RUNTIME_DIR } from '#test/support/docker-gate-policy.js';

const good = displayBody({ session: 'one', image: 'sortie/display', runtimeDir: RUNTIME_DIR });
const app = appBody({ session: 'one', image: 'sortie/terminal' });
const CREATE = '/containers/create?name=sortie-one-display';
const make = (body: unknown, url = CREATE) => decide('POST', url, body);
const host = (part: object, body: typeof good | typeof app = good) => ({
  ...body,
  HostConfig: { ...body.HostConfig, ...part },
});
const mount = (part: object) => host({ Mounts: [part] });
const bind = (Source: string, part = {}) => mount({ Type: 'bind', Source, Target: '/x', ...part });
const volume = (Source: string, part = {}) =>
  mount({ Type: 'volume', Source, Target: '/x', ...part });
const without = (key: string) => {
  const { [key as 'Memory']: _, ...rest } = good.HostConfig;
  return { ...good, HostConfig: rest };
};

const ATTACKS: readonly (readonly [attack: string, body: unknown])[] = [
  ['privileges', host({ Privileged: true })],
  ['privileges in another case', { ...good, hostConfig: { Privileged: true } }],
  ['privileges in capitals', { ...good, HOSTCONFIG: { PRIVILEGED: true } }],
  ['a field in another case', host({ privileged: true })],
  // Go takes the long s for an s.
  ['a field in another alphabet', { ...good, 'Ho\u017ftConfig': { Privileged: true } }],
  ['capabilities', host({ CapAdd: ['SYS_ADMIN'] })],
  ['capabilities by their old name', host({ Capabilities: ['ALL'] })],
  ['fewer dropped', host({ CapDrop: ['NET_RAW'] })],
  ['none dropped', without('CapDrop')],
  ['a device', host({ Devices: [{ PathOnHost: '/dev/sda', PathInContainer: '/dev/sda' }] })],
  ['a rule for devices', host({ DeviceCgroupRules: ['a *:* rwm'] })],
  ['a request for devices', host({ DeviceRequests: [{ Count: -1 }] })],
  ['the machine’s processes', host({ PidMode: 'host' })],
  ['the machine’s network', host({ NetworkMode: 'host' })],
  ['the default network', host({ NetworkMode: 'default' })],
  ['the bridge', host({ NetworkMode: 'bridge' })],
  ['another container’s network', host({ NetworkMode: 'container:postgres' })],
  ['another session’s network', host({ NetworkMode: 'sortie-two-net' })],
  ['a network on the machine’s card', host({ NetworkMode: 'sortie-one-mac' })],
  ['no word on the network', without('NetworkMode')],
  ['the machine’s memory segments', host({ IpcMode: 'host' })],
  ['another session’s memory segments', host({ IpcMode: 'container:sortie-two-display' })],
  ['another installation’s processes', host({ PidMode: 'container:foreign' })],
  ['the machine’s names', host({ UTSMode: 'host' })],
  ['the machine’s users', host({ UsernsMode: 'host' })],
  ['the machine’s cgroups', host({ CgroupnsMode: 'host' })],
  ['a cgroup elsewhere', host({ CgroupParent: '/' })],
  ['no seccomp', host({ SecurityOpt: ['no-new-privileges', 'seccomp=unconfined'] })],
  ['no AppArmor', host({ SecurityOpt: ['apparmor=unconfined'] })],
  ['no labels of SELinux', host({ SecurityOpt: ['label=disable'] })],
  ['new privileges', host({ SecurityOpt: ['no-new-privileges:false'] })],
  ['no word on new privileges', without('SecurityOpt')],
  ['a system that can be written', host({ ReadonlyRootfs: false })],
  ['no word on the system', without('ReadonlyRootfs')],
  ['memory without end', host({ Memory: 0 })],
  ['more memory than there is for one', host({ Memory: 2 ** 40, MemorySwap: 2 ** 40 })],
  ['no word on memory', without('Memory')],
  ['swap without end', host({ MemorySwap: -1 })],
  ['processes without end', host({ PidsLimit: -1 })],
  ['no word on processes', without('PidsLimit')],
  ['never to be ended for its memory', host({ OomKillDisable: true })],
  ['others to be ended first', host({ OomScoreAdj: -1000 })],
  ['what is masked', host({ MaskedPaths: [] })],
  ['what can’t be written', host({ ReadonlyPaths: [] })],
  ['kernel settings', host({ Sysctls: { 'kernel.core_pattern': '|/x' } })],
  ['a runtime', host({ Runtime: 'other' })],
  ['links', host({ Links: ['postgres:db'] })],
  ['others’ volumes', host({ VolumesFrom: ['postgres'] })],
  ['a port', host({ PortBindings: { '80/tcp': [{ HostPort: '80' }] } })],
  ['all ports', host({ PublishAllPorts: true })],
  ['to be started again for ever', host({ RestartPolicy: { Name: 'always' } })],
  ['to remove itself, which nobody would notice', host({ AutoRemove: true })],
  ['a log sent elsewhere', host({ LogConfig: { Type: 'syslog' } })],
  ['a log driver’s options', host({ LogConfig: { Type: 'json-file', Config: { env: 'x' } } })],
  ['a bind by the old way', host({ Binds: ['/:/x'] })],
  ['a bind of everything', bind('/')],
  ['a bind of the engine', bind('/var/run/docker.sock')],
  ['a bind of all sessions', bind(RUNTIME_DIR)],
  ['a bind of another session', bind(`${RUNTIME_DIR}/two`)],
  ['a bind of what is in the folder', bind(`${RUNTIME_DIR}/one/link`)],
  ['a bind out of the folder', bind(`${RUNTIME_DIR}/one/../../..`)],
  ['a bind beside the folder', bind(`${RUNTIME_DIR}/one/../two`)],
  ['a bind with two slashes', bind(`${RUNTIME_DIR}//one`)],
  [
    'a bind that is shared',
    bind(`${RUNTIME_DIR}/one`, { BindOptions: { Propagation: 'rshared' } }),
  ],
  ['a bind of another user', { ...bind(`${RUNTIME_DIR}/one`), User: '1000:1000' }],
  ['a mount over /proc', volume('sortie-one-x11', { Target: '/proc/sys' })],
  ['a mount out of its place', volume('sortie-one-x11', { Target: '/x/../proc' })],
  ['another session’s volume', volume('sortie-two-x11')],
  ['another installation’s volume', volume('foreign')],
  ['a volume that is a folder of the machine', volume('sortie-one-root')],
  ['a volume of another driver', volume('sortie-one-nfs')],
  ['a volume that would be made', volume('sortie-one-new')],
  [
    'a volume made with a driver’s options',
    volume('sortie-one-x11', { VolumeOptions: { DriverConfig: { Options: { o: 'bind' } } } }),
  ],
  ['a part of a volume', volume('sortie-one-x11', { VolumeOptions: { Subpath: '../..' } })],
  ['a pipe', mount({ Type: 'npipe', Source: '/x', Target: '/x' })],
  ['an image as a mount', mount({ Type: 'image', Source: 'x', Target: '/x' })],
  ['memory without a size', host({ Tmpfs: { '/tmp': 'mode=1777' } })],
  ['a device in memory', host({ Tmpfs: { '/tmp': 'size=1m,dev' } })],
  ['programs of others in memory', host({ Tmpfs: { '/tmp': 'size=1m,suid' } })],
  ['memory over /sys', host({ Tmpfs: { '/sys/fs': 'size=1m' } })],
  ['no labels', { ...good, Labels: {} }],
  ['another installation’s labels', { ...good, Labels: labelsOf('one', 'somebody-else') }],
  ['labels that others obey', { ...good, Labels: { ...good.Labels, 'traefik.enable': 'true' } }],
  ['compose’s labels', { ...good, Labels: { ...good.Labels, 'com.docker.compose.project': 'x' } }],
  ['a session out of its place', { ...good, Labels: labelsOf('../one') }],
  ['an image from a file', { ...good, Image: '../../etc' }],
  ['other networks', { ...good, NetworkingConfig: { EndpointsConfig: { bridge: {} } } }],
  ['a check that runs for ever', { ...good, Healthcheck: { Test: ['CMD', 'x'] } }],
  ['volumes', { ...good, Volumes: { '/x': {} } }],
  ['settings of long ago', { ...good, Cpuset: '0' }],
  ['no body', undefined],
  ['a list', [good]],
];

describe('a container', () => {
  it('passes as the driver asks for it, so that each attack differs by one thing', async () => {
    await expect(make(good)).resolves.toMatchObject({ holds: 'one' });
    await expect(make(app, '/containers/create?name=sortie-one')).resolves.toBeDefined();
    await expect(make(volume('sortie-one-x11'))).resolves.toBeDefined();
    await expect(make(bind(`${RUNTIME_DIR}/one`))).resolves.toBeDefined();
  });

  it.each(ATTACKS)('is refused %s', async (_, body) => {
    const asked = make(JSON.parse(JSON.stringify(body ?? null)));
    await expect(asked).rejects.toSatisfy(
      (error: Error) => error.name === 'Refusal' || error.name === 'NotThere',
    );
  });

  it.each([
    ...['0:0', 'root', 'root:root', '0000:10001', '10001:0', '0:10001', '10001', '1000:users'],
    ...['4294967296:10001', '10001:4294967296', '-1:-1', '1e3:1000', ' 1:1', '', undefined],
  ])('is refused the user %j, also without a folder of the machine', async (User) => {
    const asked = make({ ...app, User }, '/containers/create?name=sortie-one');
    await expect(asked).rejects.toThrow('body.User');
  });

  it.each(['sortie-two', 'postgres', 'sortie-one/../x', '../x', 'sortie-one-', ''])(
    'is refused the name %j',
    async (name) => {
      const url = `/containers/create?name=${encodeURIComponent(name)}`;
      await expect(make(good, url)).rejects.toThrow('refuses');
    },
  );

  it('is refused with the field and the reason', async () => {
    await expect(make(host({ Privileged: true }))).rejects.toThrow(
      'The Docker gate refuses this: body.HostConfig.Privileged: Invalid input: expected false.',
    );
  });
});

/** Fields that give away the machine, whatever their value. */
const DANGEROUS = [
  ...['Privileged', 'CapAdd', 'Binds', 'Devices', 'DeviceRequests', 'VolumesFrom', 'UsernsMode'],
  ...['CgroupParent', 'Runtime', 'UTSMode', 'Sysctls', 'MaskedPaths', 'ReadonlyPaths', 'Links'],
  ...['PortBindings', 'StorageOpt', 'GroupAdd', 'ExtraHosts', 'Annotations', 'Isolation'],
];
const anyCase = (word: string) =>
  fc.array(fc.boolean(), { minLength: word.length, maxLength: word.length }).map((upper) =>
    word
      .split('')
      .map((c, i) => (upper[i] ? c.toUpperCase() : c.toLowerCase()))
      .join(''),
  );
const dangerous = fc
  .constantFrom(...DANGEROUS)
  .chain((word) => fc.oneof(fc.constant(word), anyCase(word)));
const value = fc.oneof(
  fc.constantFrom<unknown>(true, 'host', '/', ['/:/x'], ['ALL'], { a: 'b' }, 1, '1', 'true', [{}]),
  fc.jsonValue({ maxDepth: 2 }),
);

describe('whatever is asked', () => {
  it('nothing dangerous gets through beside good fields, in any case, at any place', async () => {
    await fc.assert(
      fc.asyncProperty(dangerous, value, fc.boolean(), async (field, given, atTop) => {
        const body = atTop ? { ...good, [field]: given } : host({ [field]: given });
        const passed = await make(body).catch(() => undefined);
        const sent = (passed?.call.body ?? {}) as typeof good;
        // "Privileged": false is what a harmless client may say.
        const isHarmless = field === 'Privileged' && given === false;
        expect(passed === undefined || isHarmless).toBe(true);
        expect(Object.keys(sent.HostConfig ?? {}).filter((key) => key === 'Binds')).toEqual([]);
      }),
      { numRuns: 2_000 },
    );
  });

  it('what gets through is always confined', async () => {
    const field = fc.constantFrom(...Object.keys(good.HostConfig), ...DANGEROUS);
    const changes = fc.dictionary(field, value, { maxKeys: 3 });
    await fc.assert(
      fc.asyncProperty(changes, async (part) => {
        const passed = await make(host(part)).catch(() => undefined);
        if (passed === undefined) return;
        const { HostConfig } = passed.call.body as typeof good;
        expect(HostConfig).toMatchObject({ CapDrop: ['ALL'], ReadonlyRootfs: true });
        expect(HostConfig.SecurityOpt[0]).toMatch(/^no-new-privileges/);
        expect(HostConfig.Memory).toBeGreaterThan(0);
        expect(HostConfig.PidsLimit).toBeGreaterThan(0);
      }),
      { numRuns: 2_000 },
    );
  });

  it('no address that is made up leads anywhere but where it says', async () => {
    const part = fc.oneof(
      fc.constantFrom('containers', 'images', 'volumes', 'v1.41', 'v1.12', 'create', 'json', '..'),
      fc.constantFrom(
        '.',
        '',
        'exec',
        'build',
        'plugins',
        'swarm',
        '%2e%2e',
        'sortie-one',
        'foreign',
      ),
      fc.string({ maxLength: 6 }),
    );
    const method = fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'PATCH', 'OPTIONS');
    await fc.assert(
      fc.asyncProperty(method, fc.array(part, { maxLength: 6 }), async (verb, parts) => {
        const passed = await decide(verb, `/${parts.join('/')}`).catch(() => undefined);
        if (passed === undefined) return;
        expect(passed.call.method).toBe(verb);
        expect(passed.call.path).toMatch(LEGAL);
      }),
      { numRuns: 3_000 },
    );
  });
});

const LEGAL =
  /^(\/v1\.\d+)?\/(_ping|version|events|volumes|networks|containers\/json|images\/[A-Za-z0-9._:@/-]+\/json|containers\/a{64}(\/(json|logs|start|stop|kill|wait))?|(volumes|networks)\/sortie-one-[a-z0-9]+)$/;
