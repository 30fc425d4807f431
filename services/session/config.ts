import { z } from 'zod';
import { wholeNumber } from '#shared/boot/whole-number.js';
import { isImageName } from './adapters/docker-image-name.js';
import type { Quota } from './domain/admission.js';

const MINUTE_MS = 60_000;
/** Node's timers end at 24.8 days. */
const LIFETIME_MINUTES_MAX = 20 * 24 * 60;

const LIFETIME_MINUTES_MAX_DEFAULT = 480;
/** All places are in one aggregate, which is read and written whole. */
const SESSIONS_MAX = 1_000;
/** Who leaves the queue moves all behind, and each of those is an event of one commit: those have at most a hundred. */
const QUEUE_MAX = 90;

/** How long things may take, in milliseconds. */
export type SessionTimeouts = Readonly<{
  /** A session's lifetime, from its admission on (S-47), and what an extension adds to it. */
  lifetimeMs: number;
  /** The longest that extensions can make it. */
  lifetimeMaxMs: number;
  /** How long before its end the user of a session is warned. */
  warningMs: number;
  /** After how long without keyboard, pointer or clipboard a session ends; 0: never. */
  idleMs: number;
  /** The latest that an expired session is ended (S-48). */
  cleanupMs: number;
  /** From a session's admission to its desktop (S-49). */
  readyMs: number;
}>;

const MIB = 1024 ** 2;
const MEMORY_UNITS: Readonly<Record<string, number>> = { k: 1024, m: MIB, g: 1024 * MIB };
const MEMORY_BYTES_MIN = 64 * MIB;
const CPUS_MIN = 0.1;
const CPUS_MAX = 512;
const PROCESSES_MIN = 16;
const PROCESSES_MAX = 32_768;

/** An amount of memory as Docker writes it: 512m, 1g. */
const memory = z
  .string()
  .regex(/^\d+(\.\d+)?[kmg]?b?$/i, 'must be an amount of memory like 512m or 2g')
  .transform((text) => {
    const unit = MEMORY_UNITS[/[kmg]/i.exec(text)?.[0].toLowerCase() ?? ''] ?? 1;
    return Math.round(Number.parseFloat(text) * unit);
  })
  .refine((bytes) => bytes >= MEMORY_BYTES_MIN, 'must be at least 64m')
  .refine((bytes) => Number.isSafeInteger(bytes), 'must be less than that');

const dockerVariables = {
  SORTIE_RUNTIME: z
    .enum(['process', 'docker', 'none'], 'must be process, docker or none')
    .default('process')
    .describe('What desktops run as: local processes, containers, or not at all'),
  SORTIE_DOCKER_HOST: z
    .string()
    .optional()
    .describe("The Docker engine's socket, or its gate's; DOCKER_HOST when unset"),
  DOCKER_HOST: z.string().optional(),
  SORTIE_DISPLAY_IMAGE: z
    .string()
    .refine(isImageName, 'must be the name of an image, like sortie/display:1.0')
    .default('sortie/display')
    .describe('The image of the display beside each app'),
  SORTIE_SESSION_MEMORY: memory.default(1024 * MIB).describe('What an app may use of memory'),
  SORTIE_SESSION_CPUS: z.coerce
    .number(`must be a number from ${CPUS_MIN} to ${CPUS_MAX}`)
    .min(CPUS_MIN, `must be at least ${CPUS_MIN}`)
    .max(CPUS_MAX, `must be at most ${CPUS_MAX}`)
    .default(1)
    .describe('How many processors an app may keep busy'),
  SORTIE_SESSION_PROCESSES: wholeNumber(PROCESSES_MIN, PROCESSES_MAX)
    .default(256)
    .describe('How many processes an app may have'),
  SORTIE_SESSION_NETWORK: z
    .enum(['isolated', 'internet'], 'must be isolated or internet')
    .default('isolated')
    .describe('What apps reach: nothing, or the internet'),
};

/** The session service's part of the environment, by variable. */
export const sessionVariables = {
  ...dockerVariables,
  SORTIE_SESSION_TIMEOUT: wholeNumber(1, LIFETIME_MINUTES_MAX)
    .default(120)
    .describe('Minutes a session may live'),
  SORTIE_SESSION_LIFETIME_MAX: wholeNumber(1, LIFETIME_MINUTES_MAX)
    .optional()
    .describe('Minutes that extensions can make a session live'),
  SORTIE_SESSION_WARNING: wholeNumber(1, 24 * 60)
    .default(5)
    .describe('Minutes before its end that the user of a session is warned'),
  SORTIE_SESSION_IDLE_TIMEOUT: wholeNumber(0, LIFETIME_MINUTES_MAX)
    .default(0)
    .describe('Minutes without input after which a session ends; 0: never'),
  SORTIE_SESSIONS_PER_USER: wholeNumber(1, SESSIONS_MAX)
    .default(5)
    .describe('Sessions that one person may have'),
  SORTIE_SESSIONS_MAX: wholeNumber(1, SESSIONS_MAX)
    .default(100)
    .describe('Sessions that may be alive at once'),
  SORTIE_SESSION_QUEUE_MAX: wholeNumber(0, QUEUE_MAX)
    .default(50)
    .describe('Sessions that may wait for a place'),
  SORTIE_SESSION_CLEANUP_INTERVAL: wholeNumber(1, 24 * 60)
    .default(5)
    .describe('Minutes after which an expired session has ended at the latest'),
  SORTIE_POD_READY_TIMEOUT: wholeNumber(1, 3_600)
    .default(120)
    .describe('Seconds a desktop may take to start'),
};

type SessionSettings = z.infer<z.ZodObject<typeof sessionVariables>>;

/** What desktops run as. */
export type RuntimeChoice =
  | Readonly<{ kind: 'process' }>
  | Readonly<{ kind: 'none' }>
  | Readonly<{
      kind: 'docker';
      socketPath: string;
      displayImage: string;
      network: 'isolated' | 'internet';
      limits: Readonly<{ memoryBytes: number; cpus: number; processesMax: number }>;
    }>;

/** Makes the choice of a runtime from the parsed variables; what is wrong with it goes to `mistakes`. */
export function runtimeOf(set: SessionSettings, mistakes: string[]): RuntimeChoice {
  if (set.SORTIE_RUNTIME !== 'docker') return { kind: set.SORTIE_RUNTIME };
  const name = set.SORTIE_DOCKER_HOST === undefined ? 'DOCKER_HOST' : 'SORTIE_DOCKER_HOST';
  const address = set[name] ?? 'unix:///var/run/docker.sock';
  const socketPath = /^(?:unix:\/\/)?(\/[^\s]+)$/.exec(address)?.[1];
  if (socketPath === undefined) {
    mistakes.push(
      `${name} must be the Docker engine's unix socket, like unix:///var/run/docker.sock: desktops have folders that Sortie and the engine see under the same path, so both are on one machine.`,
    );
  }
  return {
    kind: 'docker',
    socketPath: socketPath ?? '',
    displayImage: set.SORTIE_DISPLAY_IMAGE,
    network: set.SORTIE_SESSION_NETWORK,
    limits: {
      memoryBytes: set.SORTIE_SESSION_MEMORY,
      cpus: set.SORTIE_SESSION_CPUS,
      processesMax: set.SORTIE_SESSION_PROCESSES,
    },
  };
}

/** Turns the parsed variables into milliseconds. */
export const timeoutsOf = (
  parsed: Pick<
    SessionSettings,
    | 'SORTIE_SESSION_TIMEOUT'
    | 'SORTIE_SESSION_LIFETIME_MAX'
    | 'SORTIE_SESSION_WARNING'
    | 'SORTIE_SESSION_IDLE_TIMEOUT'
    | 'SORTIE_SESSION_CLEANUP_INTERVAL'
    | 'SORTIE_POD_READY_TIMEOUT'
  >,
): SessionTimeouts => ({
  lifetimeMs: parsed.SORTIE_SESSION_TIMEOUT * MINUTE_MS,
  lifetimeMaxMs: lifetimeMinutesMax(parsed) * MINUTE_MS,
  warningMs: parsed.SORTIE_SESSION_WARNING * MINUTE_MS,
  idleMs: parsed.SORTIE_SESSION_IDLE_TIMEOUT * MINUTE_MS,
  cleanupMs: parsed.SORTIE_SESSION_CLEANUP_INTERVAL * MINUTE_MS,
  readyMs: parsed.SORTIE_POD_READY_TIMEOUT * 1_000,
});

const lifetimeMinutesMax = (
  set: Pick<SessionSettings, 'SORTIE_SESSION_TIMEOUT' | 'SORTIE_SESSION_LIFETIME_MAX'>,
): number =>
  set.SORTIE_SESSION_LIFETIME_MAX ??
  Math.max(LIFETIME_MINUTES_MAX_DEFAULT, set.SORTIE_SESSION_TIMEOUT);

/** Finds what is wrong with the settings for the time of sessions together; it goes to `mistakes`. */
export function requireLifetimes(
  set: Pick<SessionSettings, 'SORTIE_SESSION_TIMEOUT' | 'SORTIE_SESSION_LIFETIME_MAX'>,
  mistakes: string[],
): void {
  if (lifetimeMinutesMax(set) >= set.SORTIE_SESSION_TIMEOUT) return;
  mistakes.push(
    `SORTIE_SESSION_LIFETIME_MAX must be at least SORTIE_SESSION_TIMEOUT, which is ${set.SORTIE_SESSION_TIMEOUT} minutes.`,
  );
}

/** Takes the quota from the parsed variables. */
export const quotaOf = (
  set: Pick<
    SessionSettings,
    'SORTIE_SESSIONS_PER_USER' | 'SORTIE_SESSIONS_MAX' | 'SORTIE_SESSION_QUEUE_MAX'
  >,
): Quota => ({
  perUserMax: set.SORTIE_SESSIONS_PER_USER,
  totalMax: set.SORTIE_SESSIONS_MAX,
  queueMax: set.SORTIE_SESSION_QUEUE_MAX,
});

const unset = z.object(sessionVariables).parse({});
/** What holds when nothing is set. */
export const SESSION_TIMEOUTS_DEFAULT: SessionTimeouts = timeoutsOf(unset);
export const QUOTA_DEFAULT: Quota = quotaOf(unset);
