import type {
  KnownSession,
  KnownSlot,
  Seen,
  SeenRuntime,
  StepLimits,
} from '#services/session/process/next-step.process.js';

/** What the specs of the next step are about: a session of ten o'clock, its limits, and what is seen of its runtime. */
export const READY_MS = 120_000;
export const LIMITS: StepLimits = {
  readyMs: READY_MS,
  lifetimeMs: 7_200_000,
  idleMs: 0,
  warningMs: 300_000,
};
export const CREATED = Date.parse('2026-11-20T10:00:00.000Z');
export const EXPIRES = CREATED + 7_200_000;
export const iso = (ms: number) => new Date(ms).toISOString();
export const at = (state: SeenRuntime['state']): SeenRuntime => ({
  name: 'sortie-s1',
  endpoint: { kind: 'unix', path: '/run/s1.sock' },
  state,
});
export const known = (
  status: KnownSession['status'],
  over: Partial<KnownSession> = {},
): KnownSession => ({
  status,
  created_at: iso(CREATED),
  expires_at: iso(EXPIRES),
  admitted_at: iso(CREATED),
  touched_at: status === 'creating' ? null : iso(CREATED),
  warned_of: null,
  runtime_state: status === 'creating' ? 'none' : 'up',
  end_attempts: 0,
  end_failed_at: null,
  ...over,
});
export const nothing: Seen = { isOurs: false };
export const seen = (state: SeenRuntime['state'], over: Partial<Seen> = {}): Seen => ({
  runtime: at(state),
  isOurs: true,
  ...over,
});
export const HELD: KnownSlot = { state: 'held', since: iso(CREATED) };
