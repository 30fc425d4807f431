import type { Session } from './api-types.js';
import { sayLeft } from './times.js';

/** Why and when a session ends soon, once its user is to be warned. */
export interface Expiry {
  why: 'lifetime' | 'idle';
  at: string;
}

/** Tells whether a session's end is so near that its user is warned, and which of its two limits comes first. */
export function expiryOf(session: Session, nowMs: number): Expiry | undefined {
  const { status, warn_at, expires_at, idle_expires_at } = session;
  if (status !== 'running' || !warn_at || Date.parse(warn_at) > nowMs) return undefined;
  if (idle_expires_at && (!expires_at || idle_expires_at < expires_at))
    return { why: 'idle', at: idle_expires_at };
  return expires_at ? { why: 'lifetime', at: expires_at } : undefined;
}

/** Says what is about to happen. */
export function sayExpiry(expiry: Expiry, nowMs: number): string {
  const left = sayLeft(expiry.at, nowMs);
  return expiry.why === 'idle'
    ? `Nobody has used this desktop for a while. It ends in ${left} unless somebody does.`
    : `This session ends in ${left}. Save what you need outside of it.`;
}
