/** What a session's app may use. */
export interface DockerLimits {
  readonly memoryBytes: number;
  readonly cpus: number;
  readonly processesMax: number;
}

const MIB = 1024 ** 2;

export const DOCKER_LIMITS: DockerLimits = { memoryBytes: 1024 * MIB, cpus: 1, processesMax: 256 };

/** The display's own part: a picture of the largest size there is, and the shared memory that apps draw into. */
export const DISPLAY_MEMORY_BYTES = 640 * MIB;
export const DISPLAY_PROCESSES_MAX = 64;
export const SHARED_MEMORY_BYTES = 256 * MIB;
export const OPEN_FILES_MAX = 4_096;
/** Memory, and counted as the session's. */
export const TMP_MIB = 256;
export const RUN_MIB = 16;
export const DISPLAY_TMP_MIB = 8;

/** One answer of the engine; a start of a container on a busy machine is the longest. */
export const CHANGE_MS_MAX = 20_000;
export const READ_MS_MAX = 8_000;
/** Asked first, when it should answer at once. */
export const PING_MS_MAX = 5_000;
export const TERMINATE_MS_MAX = 2_000;
/** How long what is being removed may take to be gone. */
export const REMOVE_MS_MAX = 10_000;
/** For so long the engine may go on with what a dead server asked of it. */
export const LATE_MS_MAX = 1_000;
export const LATE_POLL_MS = 100;
export const READY_POLL_MS = 10;
export const GONE_POLL_MS = 50;
/** The display and its app end at nearly the same time; which of them was first shows a moment later. */
export const END_SETTLE_MS_MAX = 1_000;

export const RECONNECT_MS_MIN = 100;
export const RECONNECT_MS_MAX = 5_000;

export const LOG_LINES_MAX = 20;
export const LOG_DETAIL_BYTES_MAX = 400;
