import { describe, expect, it } from 'vitest';
import { decide } from '#test/support/docker-gate-policy.js';
import { targetIn } from './request-target.js';

describe('an address', () => {
  it('is read into version, path and query', () => {
    expect(targetIn('/v1.41/containers/a/json?size=1&x=a%20b')).toEqual({
      ...{ version: '/v1.41', path: '/containers/a/json' },
      query: { size: '1', x: 'a b' },
    });
    expect(targetIn('/_ping')).toEqual({ version: '', path: '/_ping', query: {} });
  });

  it.each([
    ['goes up', '/containers/../images/json'],
    ['goes up at its end', '/containers/..'],
    ['stays where it is', '/containers/./json'],
    ['has an empty part', '//containers/json'],
    ['ends with a slash', '/containers/json/'],
    ['is escaped', '/containers/%2e%2e/json'],
    ['has an escaped slash', '/containers%2Fjson'],
    ['is whole', 'http://docker/containers/json'],
    ['is one to connect to', 'docker:443'],
    ['is for everything', '*'],
    ['is nothing', ''],
    ['has a backslash', '/containers\\json'],
    ['has a part of another address', '/containers/json#/x'],
    ['has parameters', '/containers;x=1/json'],
    ['begins with a point', '/.containers'],
    ['is of another alphabet', '/c\u043entainers/json'],
    ['is of an old version', '/v1.12/containers/json'],
    ['is of the first version', '/v1.0/containers/json'],
    ['is of another version yet', '/v2.0/containers/json'],
    ['is twice of a version', '/v1.41/v1.41/_ping'],
    ['names something twice', '/containers/json?all=0&all=1'],
    ['has an old separator', '/containers/json?all=0;limit=1'],
    ['names what is unknown', '/containers/json?before=x'],
    ['names what is known in another case', '/containers/json?All=1'],
    ['is too long', `/containers/${'a'.repeat(5_000)}/json`],
  ])('is refused when it %s', async (_, url) => {
    await expect(decide('GET', url)).rejects.toMatchObject({ name: 'Refusal' });
  });
});

/** What Docker can do and Sortie never asks. */
const NEVER: readonly (readonly [method: string, url: string])[] = [
  ['GET', '/info'],
  ['GET', '/system/df'],
  ['POST', '/auth'],
  ['POST', '/build'],
  ['POST', '/build/prune'],
  ['POST', '/session'],
  ['POST', '/grpc'],
  ['POST', '/commit?container=sortie-one'],
  ['POST', '/images/load'],
  ['POST', '/images/create?fromSrc=-'],
  ['POST', '/images/create?fromSrc=http://x/y.tar&repo=sortie/display'],
  ['POST', '/images/create?fromImage=debian'],
  ['POST', '/images/create?fromImage=debian&tag=x&changes=USER%20root'],
  ['POST', '/images/create?fromImage=debian&tag=../x'],
  ['POST', '/images/sortie/display/tag?repo=x'],
  ['POST', '/images/sortie/display/push'],
  ['DELETE', '/images/sortie/display'],
  ['GET', '/images/json'],
  ['GET', '/images/get?names=x'],
  ['GET', '/images/sortie/display/history'],
  ['GET', '/images/search?term=x'],
  ['POST', '/images/prune'],
  ['POST', '/containers/prune'],
  ['POST', '/containers/sortie-one/exec'],
  ['POST', '/exec/abc/start'],
  ['POST', '/containers/sortie-one/attach?stream=1'],
  ['GET', '/containers/sortie-one/attach/ws'],
  ['POST', '/containers/sortie-one/update'],
  ['POST', '/containers/sortie-one/rename?name=x'],
  ['POST', '/containers/sortie-one/copy'],
  ['POST', '/containers/sortie-one/restart'],
  ['POST', '/containers/sortie-one/pause'],
  ['POST', '/containers/sortie-one/resize?h=1'],
  ['GET', '/containers/sortie-one/export'],
  ['GET', '/containers/sortie-one/changes'],
  ['GET', '/containers/sortie-one/top?ps_args=x'],
  ['GET', '/containers/sortie-one/archive?path=/'],
  ['PUT', '/containers/sortie-one/archive?path=/'],
  ['HEAD', '/containers/sortie-one/archive?path=/'],
  ['POST', '/containers/sortie-one/start?detachKeys=x'],
  ['DELETE', '/containers/sortie-one?link=1'],
  ['POST', '/networks/sortie-one-net/connect'],
  ['POST', '/networks/prune'],
  ['POST', '/volumes/prune'],
  ['PUT', '/volumes/sortie-one-x11'],
  ['GET', '/plugins'],
  ['POST', '/plugins/pull?remote=x'],
  ['POST', '/plugins/create?name=x'],
  ['GET', '/swarm'],
  ['POST', '/swarm/init'],
  ['POST', '/services/create'],
  ['GET', '/secrets'],
  ['GET', '/configs'],
  ['GET', '/nodes'],
  ['GET', '/debug/pprof/heap'],
  ['PATCH', '/_ping'],
  ['get', '/_ping'],
];

describe('what Sortie never asks', () => {
  it.each(NEVER)('%s %s is refused', async (method, url) => {
    await expect(decide(method, url)).rejects.toMatchObject({ name: 'Refusal', status: 403 });
  });

  it('a start with a container’s whole configuration is refused', async () => {
    const asked = decide('POST', '/containers/sortie-one/start', { Privileged: true });
    await expect(asked).rejects.toThrow('takes no body');
  });
});
