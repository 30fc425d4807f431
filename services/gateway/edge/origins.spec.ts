import { describe, expect, it } from 'vitest';
import { originsOf, requireOwnOrigin } from './origins.js';

const from = (host: string | undefined) => ({ headers: { host } });
const PUBLIC = new URL('https://apps.example.com');

describe('the origins of this server', () => {
  it.each([
    ['localhost:8080', ['http://localhost:8080']],
    ['127.0.0.1:8080', ['http://127.0.0.1:8080']],
    ['192.168.1.7', ['http://192.168.1.7']],
    ['[::1]:8080', ['http://[::1]:8080']],
    ['evil.example', []],
    ['localhost.evil.example', []],
    ['127.0.0.1.evil.example', []],
    ['localhost:8080@evil.example', []],
    ['', []],
    [undefined, []],
  ])('without a public URL, for the host %s, are %j', (host, origins) => {
    expect(originsOf(from(host))).toEqual(origins);
  });

  it.each([
    ['apps.example.com', ['https://apps.example.com']],
    ['localhost:8080', ['https://apps.example.com', 'http://localhost:8080']],
    ['192.168.1.7', ['https://apps.example.com']],
  ])('with a public URL, for the host %s, are %j', (host, origins) => {
    expect(originsOf(from(host), PUBLIC)).toEqual(origins);
  });
});

const code = (method: string, headers: Record<string, string>, publicUrl?: URL) => {
  try {
    requireOwnOrigin({ method, url: '/api/apps', headers }, publicUrl);
    return 'passes';
  } catch (problem) {
    return (problem as { code: string }).code;
  }
};

describe('a request', () => {
  const host = 'localhost:8080';
  it.each([
    ['GET', { host }, 'passes'],
    ['GET', { host, 'sec-fetch-site': 'cross-site' }, 'passes'],
    ['POST', { host }, 'passes'],
    ['POST', { host, 'sec-fetch-site': 'same-origin' }, 'passes'],
    ['POST', { host, 'sec-fetch-site': 'same-site' }, 'CrossSite'],
    ['POST', { host, 'sec-fetch-site': 'none' }, 'CrossSite'],
    ['POST', { host, origin: 'http://localhost:8080' }, 'passes'],
    ['POST', { host, origin: 'http://localhost:8081' }, 'CrossSite'],
    ['POST', { host, origin: 'null' }, 'CrossSite'],
    ['GET', { host: 'evil.example' }, 'MalformedRequest'],
    ['GET', {}, 'MalformedRequest'],
  ])('%s with %j: %s', (method, headers, expected) => {
    expect(code(method, headers as Record<string, string>)).toBe(expected);
  });

  it('names the public host, or a loopback address behind the proxy', () => {
    expect(code('GET', { host: 'Apps.Example.com' }, PUBLIC)).toBe('passes');
    expect(code('GET', { host: '127.0.0.1' }, PUBLIC)).toBe('passes');
    expect(code('GET', { host: '192.168.1.7' }, PUBLIC)).toBe('MalformedRequest');
  });

  it('for the health of this process may name it as it likes', () => {
    const asked = { method: 'GET', url: '/readyz', headers: { host: 'gateway' } };
    expect(() => requireOwnOrigin(asked)).not.toThrow();
  });
});
