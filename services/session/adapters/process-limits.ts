/** What one session may use; all are per session except where said. */
export interface SessionLimits {
  readonly processesMax: number;
  /** Private writable memory of each process; the address space stays free, browsers reserve a lot of it. */
  readonly dataBytesMax: number;
  readonly fileBytesMax: number;
  readonly openFilesMax: number;
}

export const SESSION_LIMITS: SessionLimits = {
  processesMax: 256,
  dataBytesMax: 2 * 1024 ** 3,
  fileBytesMax: 2 * 1024 ** 3,
  openFilesMax: 4096,
};

export interface UidRange {
  readonly min: number;
  readonly max: number;
}

/** systemd's range for dynamic users: no distribution hands these out to people or packages. */
export const SESSION_UIDS: UidRange = { min: 61_184, max: 65_519 };

/** The first 256 KiB of what the session's programs print are kept; the rest is dropped. */
export const LOG_BLOCK_BYTES = 4096;
export const LOG_BLOCKS_MAX = 64;
export const LOG_DETAIL_BYTES_MAX = 400;
export const REASON_BYTES_MAX = 200;
/** The private /tmp of a sandboxed session, which is memory. */
export const SANDBOX_TMP_BYTES_MAX = 512 * 1024 ** 2;

export const TERMINATE_MS_MAX = 2_000;
export const KILL_MS_MAX = 5_000;
export const END_POLL_MS = 20;
export const EXIT_POLL_MS = 500;
