import { z } from 'zod';

const MINUTE_MS = 60_000;
/** Node's timers end at 24.8 days. */
const LIFETIME_MINUTES_MAX = 20 * 24 * 60;

/** How long things may take, in milliseconds. */
export type SessionTimeouts = Readonly<{
  /** A session's hard lifetime, from its request on (S-47). */
  lifetimeMs: number;
  /** The latest that an expired session is ended (S-48). */
  cleanupMs: number;
  /** From a session's request to its desktop (S-49). */
  readyMs: number;
}>;

const whole = (max: number, fallback: number) =>
  z.coerce
    .number(`must be a number from 1 to ${max}`)
    .int('must be a whole number')
    .min(1, 'must be at least 1')
    .max(max, `must be at most ${max}`)
    .default(fallback);

/** The session service's part of the environment, by variable. */
export const sessionVariables = {
  SORTIE_SESSION_TIMEOUT: whole(LIFETIME_MINUTES_MAX, 120).describe('Minutes a session may live'),
  SORTIE_SESSION_CLEANUP_INTERVAL: whole(24 * 60, 5).describe(
    'Minutes after which an expired session has ended at the latest',
  ),
  SORTIE_POD_READY_TIMEOUT: whole(3_600, 120).describe('Seconds a desktop may take to start'),
};

/** Turns the parsed variables into milliseconds. */
export const timeoutsOf = (
  parsed: Readonly<Record<keyof typeof sessionVariables, number>>,
): SessionTimeouts => ({
  lifetimeMs: parsed.SORTIE_SESSION_TIMEOUT * MINUTE_MS,
  cleanupMs: parsed.SORTIE_SESSION_CLEANUP_INTERVAL * MINUTE_MS,
  readyMs: parsed.SORTIE_POD_READY_TIMEOUT * 1_000,
});

/** What holds when nothing is set. */
export const SESSION_TIMEOUTS_DEFAULT: SessionTimeouts = timeoutsOf(
  z.object(sessionVariables).parse({}),
);
