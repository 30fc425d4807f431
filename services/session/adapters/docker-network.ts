import { randomInt } from 'node:crypto';
import type { DockerEngine, Labels } from './docker-engine.js';
import { EngineRefusal } from './docker-failure.js';
import { RuntimeFailure } from './runtime-driver.js';

/** `isolated`: nothing but the app itself. `internet`: a bridge of its own, with a way out. */
export type SessionNetwork = 'isolated' | 'internet';

/** The engine's own pools hold some thirty networks; these hold one session each, and there are 8,192. */
const POOL = '10.213';
const SUBNETS = 256 * 32;
const ATTEMPTS_MAX = 12;

/** Gives a session its network; answers what its app is to be connected to. */
export async function provideNetwork(
  engine: DockerEngine,
  network: SessionNetwork,
  name: string,
  labels: Labels,
): Promise<string> {
  // With no network at all there is none to escape from, and the start is shorter (decision 0016).
  if (network === 'isolated') return 'none';
  for (let attempt = 1; ; attempt += 1) {
    try {
      await engine.createNetwork(bridge(name, randomSubnet(), labels));
      return name;
    } catch (error) {
      if (!isOverlap(error)) throw error;
      if (attempt === ATTEMPTS_MAX) throw poolTaken(error);
    }
  }
}

const bridge = (Name: string, Subnet: string, Labels: Labels): object => ({
  Name,
  Labels,
  Driver: 'bridge',
  EnableIPv6: false,
  IPAM: { Driver: 'default', Config: [{ Subnet }] },
  Options: { 'com.docker.network.bridge.enable_icc': 'false' },
});

function randomSubnet(): string {
  const place = randomInt(SUBNETS);
  return `${POOL}.${Math.floor(place / 32)}.${(place % 32) * 8}/29`;
}

const isOverlap = (error: unknown): boolean =>
  error instanceof EngineRefusal && /overlap|conflicts with/i.test(error.message);

const poolTaken = (cause: unknown): RuntimeFailure =>
  new RuntimeFailure(
    'IsolationUnavailable',
    `The networks ${POOL}.0.0/16, of which sessions with SORTIE_SESSION_NETWORK=internet take theirs, are in use: end sessions, or remove networks that are left over (docker network ls).`,
    undefined,
    { cause },
  );
