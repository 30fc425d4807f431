/** A range of IPv4 addresses. */
export type Subnet = Readonly<{ first: number; last: number }>;

const SUBNET = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/;

/** Reads a range like `10.213.0.0/16`; undefined for anything else, also for one that begins in its middle. */
export function subnetIn(text: string): Subnet | undefined {
  const [, ...numbers] = SUBNET.exec(text)?.map(Number) ?? [];
  const bytes = numbers.slice(0, 4);
  const bits = numbers[4];
  if (bits === undefined || bits > 32 || bytes.some((byte) => byte > 255)) return undefined;
  const first = bytes.reduce((address, byte) => address * 256 + byte, 0);
  const size = 2 ** (32 - bits);
  return first % size === 0 ? { first, last: first + size - 1 } : undefined;
}

/** Whether a range lies in another one. */
export const isWithin = (inner: Subnet, outer: Subnet): boolean =>
  inner.first >= outer.first && inner.last <= outer.last;
