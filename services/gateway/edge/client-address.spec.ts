import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { clientAddressOf, trustedProxies } from './client-address.js';

const request = (remoteAddress: string | undefined, forwarded?: string) =>
  ({
    socket: { remoteAddress },
    headers: { 'x-forwarded-for': forwarded },
  }) as unknown as IncomingMessage;

describe('the client’s address', () => {
  const isTrusted = trustedProxies(['10.0.0.0/8', '::1']);

  it.each([
    ['192.0.2.1', undefined, '192.0.2.1'],
    ['192.0.2.1', '198.51.100.9', '192.0.2.1'],
    ['10.0.0.2', '198.51.100.9', '198.51.100.9'],
    ['10.0.0.2', '203.0.113.5, 198.51.100.9', '198.51.100.9'],
    ['10.0.0.2', '198.51.100.9, 10.0.0.3', '198.51.100.9'],
    ['10.0.0.2', 'nonsense', '10.0.0.2'],
    ['10.0.0.2', undefined, '10.0.0.2'],
    ['::ffff:10.0.0.2', '198.51.100.9', '198.51.100.9'],
    ['::1', '2001:db8::7', '2001:db8::7'],
    [undefined, '198.51.100.9', undefined],
  ])('of %s, forwarded for %s, is %s', (remote, forwarded, address) => {
    expect(clientAddressOf(request(remote, forwarded), isTrusted)).toBe(address);
  });
});

describe('trusted proxies', () => {
  it.each(['proxy', '10.0.0.0/33', '10.0.0.0/x', '10.0.0', '10.0.0.1/8/8x', ''])(
    'refuse "%s", by name',
    (entry) => {
      expect(() => trustedProxies(['10.0.0.1', entry])).toThrow(`"${entry}" is no address`);
    },
  );

  it('are none when none are listed', () => {
    expect(trustedProxies([])('127.0.0.1')).toBe(false);
  });
});
