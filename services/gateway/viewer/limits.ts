const KIB = 1024;
const MIB = 1024 * KIB;

/** Largest WebSocket message a viewer may send; one byte more closes with 1009. */
export const MESSAGE_BYTES_MAX = MIB;
/** Fragments one message may arrive in (ws: maxFragments). */
export const FRAGMENTS_MAX = 64;
/** Socket reads ws may hold for one unfinished frame: MESSAGE_BYTES_MAX in reads of 512 bytes. */
export const BUFFERED_CHUNKS_MAX = 2048;
/** Largest clipboard a viewer may paste into the session. */
export const CLIPBOARD_BYTES_MAX = 256 * KIB;
/** Encodings one SetEncodings may list; noVNC 1.7 lists about 25. */
export const ENCODINGS_MAX = 256;
/** Payload of a ClientFence (community RFB spec: at most 64 bytes). */
export const FENCE_BYTES_MAX = 64;
/** User-Agent characters passed on to the audit trail. */
export const USER_AGENT_CHARACTERS_MAX = 512;
/** Revocations remembered for one upgrade whose grant is not known yet; past it the upgrade is refused. */
export const REVOCATIONS_REMEMBERED_MAX = 1024;
/** A timer set further away than this fires at once (Node: 2^31-1 ms), so longer waits are cut in legs. */
export const TIMER_MS_MAX = 2 ** 31 - 1;

/** Size classes of the target's read buffers: a quiet session uses the first, a busy one the last. */
export const READ_BYTES = [8 * KIB, 64 * KIB, 256 * KIB] as const;
/** Free read buffers kept of each class, for the whole process (6.5 MiB together). */
export const POOLED_BUFFERS_MAX = [64, 32, 16] as const;
/** Reads below a quarter of the buffer, in a row, before a connection steps down one class. */
export const SMALL_READS_MAX = 8;

/** Bounds a deployment or a test may change; durations in milliseconds, sizes in bytes. */
export type ViewerLimits = {
  /** Reaching the session's RFB server. */
  readonly dialMs: number;
  /** The whole upgrade, from the first byte of the request to the 101. */
  readonly upgradeMs: number;
  /** A refused client's time to read its answer before the socket is destroyed. */
  readonly refusalMs: number;
  /** Upgrades under way in the process, whose clients are not known yet. */
  readonly upgradesMax: number;
  readonly viewersPerSessionMax: number;
  readonly viewersPerUserMax: number;
  readonly pingIntervalMs: number;
  readonly missedPingsMax: number;
  /** Buffers held for one slow viewer: reading the target stops above high and goes on below low. */
  readonly viewerBytesHigh: number;
  readonly viewerBytesLow: number;
  /** Input held for one slow target: reading the viewer stops above it. */
  readonly targetBytesHigh: number;
  /** Buffers held for all connections of the process together. */
  readonly heldBytesMax: number;
  /** No progress for this long while a slow viewer reads what an ended target left: destroyed. */
  readonly tailStallMs: number;
  /** A viewer's time to answer a close frame after a policy violation or an error. */
  readonly closeMs: number;
  /** A revoked or expired viewer's time to take its close frame before the socket is destroyed. */
  readonly revokeMs: number;
  /** The target's time to take a gone viewer's last input. */
  readonly targetEndMs: number;
  /** `inputSeen` is told at most once in this time for one connection. */
  readonly inputReportIntervalMs: number;
};

export const VIEWER_LIMITS: ViewerLimits = {
  dialMs: 5_000,
  upgradeMs: 10_000,
  refusalMs: 1_000,
  upgradesMax: 256,
  viewersPerSessionMax: 8,
  viewersPerUserMax: 32,
  pingIntervalMs: 25_000,
  missedPingsMax: 2,
  viewerBytesHigh: MIB,
  viewerBytesLow: 256 * KIB,
  targetBytesHigh: 256 * KIB,
  heldBytesMax: 128 * MIB,
  tailStallMs: 30_000,
  closeMs: 5_000,
  revokeMs: 500,
  targetEndMs: 2_000,
  inputReportIntervalMs: 10_000,
};
