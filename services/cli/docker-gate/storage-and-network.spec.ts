import { describe, expect, it } from 'vitest';
import { labelsOf, networkBodyOf, volumeBodyOf } from '#test/support/docker-gate.js';
import { decide } from '#test/support/docker-gate-policy.js';
import { isWithin, subnetIn } from './subnet.js';

const volume = volumeBodyOf('one');
const options = (o: string) => ({ ...volume, DriverOpts: { ...volume.DriverOpts, o } });
const network = networkBodyOf('one');

describe('a volume', () => {
  it('passes as the driver asks for it', async () => {
    await expect(decide('POST', '/volumes/create', volume)).resolves.toBeDefined();
    await expect(
      decide('POST', '/volumes/create', options('size=1g,uid=7')),
    ).resolves.toBeDefined();
  });

  it.each([
    [
      'a folder of the machine',
      { ...volume, DriverOpts: { type: 'none', device: '/', o: 'bind' } },
    ],
    ['a disk of the machine', { ...volume, DriverOpts: { type: 'ext4', device: '/dev/sda1' } }],
    [
      'a folder of the network',
      { ...volume, DriverOpts: { type: 'nfs', device: ':/', o: 'addr=x' } },
    ],
    ['memory that is a folder', options('size=1m,bind')],
    ['memory without a size', options('mode=1777')],
    ['memory with what follows', options('size=1m,remount')],
    ['a size that is none', options('size=')],
    ['two values', options('size=1m=2')],
    ['another driver', { ...volume, Driver: 'rclone' }],
    [
      'options in another case',
      { ...volume, driverOpts: { type: 'none', device: '/', o: 'bind' } },
    ],
    ['a cluster’s volume', { ...volume, ClusterVolumeSpec: {} }],
    ['another session’s name', { ...volume, Name: 'sortie-two-x11' }],
    ['a name out of its place', { ...volume, Name: 'sortie-one/../../x' }],
    ['another’s labels', { ...volume, Labels: labelsOf('one', 'somebody-else') }],
    ['no labels', { ...volume, Labels: undefined }],
  ])('is refused as %s', async (_, body) => {
    await expect(decide('POST', '/volumes/create', body)).rejects.toThrow('refuses');
  });
});

describe('a network', () => {
  it('passes as the driver asks for it', async () => {
    await expect(decide('POST', '/networks/create', network)).resolves.toBeDefined();
  });

  it.each([
    ['on the machine’s card', { ...network, Driver: 'macvlan', Options: { parent: 'eth0' } }],
    ['that is the machine’s', { ...network, Driver: 'host' }],
    ['on addresses of others', networkBodyOf('one', '10.0.0.0/8')],
    ['on addresses of the world', networkBodyOf('one', '1.1.1.0/29')],
    ['on all addresses', networkBodyOf('one', '0.0.0.0/0')],
    ['on addresses that begin in the middle', networkBodyOf('one', '10.213.1.3/29')],
    ['on addresses that are none', networkBodyOf('one', '10.213.1.256/29')],
    [
      'with a gateway of its own',
      { ...network, IPAM: { Config: [{ Subnet: '10.213.0.0/29', Gateway: '10.0.0.1' }] } },
    ],
    ['on the machine’s own bridge', bridge({ 'com.docker.network.bridge.name': 'docker0' })],
    [
      'on an address of the machine',
      bridge({ 'com.docker.network.bridge.host_binding_ipv4': 'x' }),
    ],
    ['of a swarm', { ...network, Ingress: true }],
    ['that others can join', { ...network, Attachable: true }],
    ['made from another', { ...network, ConfigFrom: { Network: 'host' } }],
    ['of a scope', { ...network, Scope: 'swarm' }],
    ['named after another session', { ...network, Name: 'sortie-two-net' }],
    ['with another’s labels', { ...network, Labels: labelsOf('one', 'somebody-else') }],
  ])('is refused %s', async (_, body) => {
    await expect(decide('POST', '/networks/create', body)).rejects.toThrow('refuses');
  });
});

const bridge = (Options: object) => ({ ...network, Options });

describe('a range of addresses', () => {
  it.each([
    ['10.213.0.0/16', '10.213.0.0/16', true],
    ['10.213.255.248/29', '10.213.0.0/16', true],
    ['10.214.0.0/29', '10.213.0.0/16', false],
    ['10.212.0.0/14', '10.213.0.0/16', false],
    ['0.0.0.0/0', '0.0.0.0/0', true],
    ['255.255.255.255/32', '255.255.255.0/24', true],
  ])('%s in %s: %j', (inner, outer, expected) => {
    const [one, other] = [subnetIn(inner), subnetIn(outer)];
    expect(one && other && isWithin(one, other)).toBe(expected);
  });

  it.each(['10.0.0.0', '10.0.0.0/33', '10.0.0.1/24', '10.0.0/24', '::/0', '', '1.2.3.4/8/8'])(
    'is not %j',
    (text) => {
      expect(subnetIn(text)).toBeUndefined();
    },
  );
});
