import type { SessionStatus } from './api-types.js';

const WORDS: Readonly<Record<SessionStatus, string>> = {
  creating: 'Starting',
  running: 'Running',
  stopped: 'Stopped',
  expired: 'Expired',
  failed: 'Failed',
};

/** Says a session's status in a word. */
export function sayStatus(status: SessionStatus): string {
  return WORDS[status];
}
