import { describe, expect, it } from 'vitest';
import { parseImageName } from './docker-image-name.js';

const DIGEST = `sha256:${'0a'.repeat(32)}`;

describe('the name of an image', () => {
  it.each([
    ['debian', 'debian', 'latest'],
    ['sortie/terminal', 'sortie/terminal', 'latest'],
    ['sortie/terminal:1.2', 'sortie/terminal', '1.2'],
    ['localhost:5000/a/b__c.d-e:V_1', 'localhost:5000/a/b__c.d-e', 'V_1'],
    ['ghcr.io/team/app:1', 'ghcr.io/team/app', '1'],
    [`team/app@${DIGEST}`, 'team/app', DIGEST],
    [`team/app:1.2@${DIGEST}`, 'team/app', DIGEST],
  ])('%s is read as a repository and a version', (text, repository, version) => {
    expect(parseImageName(text)).toMatchObject({ repository, version });
  });

  it('gets a version, so that a pull never fetches every one there is', () => {
    expect(parseImageName('team/app').full).toBe('team/app:latest');
    expect(parseImageName(`team/app:1@${DIGEST}`).full).toBe(`team/app@${DIGEST}`);
  });

  it.each([
    ...['', ' ', 'Team/App', 'team//app', '/app', 'app/', 'app:', 'app:-1', 'a b', '-app'],
    ...['../app', 'app?x=1', 'app#1', 'app%2f', 'https://team/app', 'app@sha256:12', 'a&b=c'],
    ...['a\n', `a/${'b'.repeat(255)}`, 'app@md5:00', 'host:port/app'],
  ])('is not %j', (text) => {
    expect(() => parseImageName(text)).toThrow("can't name an image");
  });
});
