import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';

/** Says whether an address is that of a proxy whose X-Forwarded-For is believed. */
export type IsTrusted = (address: string) => boolean;

/** Reads addresses and networks (`10.0.0.2`, `10.0.0.0/8`). Throws a RangeError that names the one that is neither. */
export function trustedProxies(listed: readonly string[]): IsTrusted {
  const proxies = new BlockList();
  for (const entry of listed) {
    const [address = '', prefix, ...rest] = entry.split('/');
    const family = familyOf(address);
    const bits = Number(prefix ?? (family === 'ipv4' ? 32 : 128));
    try {
      if (!family || rest.length > 0) throw new RangeError('not an address');
      proxies.addSubnet(address, bits, family);
    } catch (cause) {
      throw new RangeError(`"${entry}" is no address and no network like 10.0.0.0/8`, { cause });
    }
  }
  return (address) => {
    const family = familyOf(address);
    return family !== undefined && proxies.check(address, family);
  };
}

/** The client's address, as the nearest proxy that is not believed named it. */
export function clientAddressOf(
  { headers, socket }: Pick<IncomingMessage, 'headers' | 'socket'>,
  isTrusted: IsTrusted,
): string | undefined {
  const named = String(headers['x-forwarded-for'] ?? '').split(',');
  let address = socket.remoteAddress;
  for (const hop of named.map((name) => name.trim()).toReversed()) {
    if (address === undefined || !isTrusted(address) || isIP(hop) === 0) break;
    address = hop;
  }
  return address;
}

function familyOf(address: string): 'ipv4' | 'ipv6' | undefined {
  const version = isIP(address);
  if (version === 0) return undefined;
  return version === 4 ? 'ipv4' : 'ipv6';
}
