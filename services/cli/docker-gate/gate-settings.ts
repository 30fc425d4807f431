import type { Subnet } from './subnet.js';

/** What a gate is started with. */
export type GateSettings = Readonly<{
  /** Where the session service connects to. */
  listenPath: string;
  /** The user and group of the session service; the gate's own when absent. */
  owner?: Readonly<{ uid: number; gid: number }>;
  /** The engine's own socket. */
  enginePath: string;
  /** The folder on the engine's machine whose session folders may be mounted into containers. */
  runtimeDir: string;
  /** Only what carries this in its label `sortie.installation` is touched. */
  installation: string;
  limits: ContainerLimits;
  /** Where the addresses of networks must lie. */
  subnets: Subnet;
  times?: Partial<GateTimes>;
}>;

/** What one container may be given at most. */
export type ContainerLimits = Readonly<{ memoryBytesMax: number; processesMax: number }>;

/** How long the gate waits, in milliseconds. */
export type GateTimes = Readonly<{
  /** For the whole head of a request, from its connection or the end of the request before it. */
  headMs: number;
  /** For all of a request. */
  requestMs: number;
  /** For the engine's answer to begin, but for requests that wait for something to happen. */
  engineMs: number;
  /** For a client that takes nothing of what is there for it. */
  stallMs: number;
  /** For requests that are under way when the gate is asked to end. */
  drainMs: number;
}>;

export const GATE_TIMES: GateTimes = {
  headMs: 10_000,
  requestMs: 30_000,
  engineMs: 120_000,
  stallMs: 60_000,
  drainMs: 8_000,
};

export const CONNECTIONS_MAX = 512;
export const HEAD_BYTES_MAX = 16 * 1_024;
export const BODY_BYTES_MAX = 256 * 1_024;
export const UID_MAX = 2 ** 31 - 1;

const MIB = 1_024 ** 2;

/** What holds when nothing is set. */
export const LIMITS_DEFAULT: ContainerLimits = {
  memoryBytesMax: 8_192 * MIB,
  processesMax: 4_096,
};

export const SUBNETS_DEFAULT = '10.213.0.0/16';
