import type { JSX } from 'preact';
import type { SessionStatus } from '../api-types.js';

const WORDS: Readonly<Record<SessionStatus, string>> = {
  creating: 'Starting',
  running: 'Running',
  stopped: 'Stopped',
  expired: 'Expired',
  failed: 'Failed',
};

/** Says a session's status in a word and a colour. */
export function StatusChip({ status }: { status: SessionStatus }): JSX.Element {
  return <span class={`chip chip-${status}`}>{WORDS[status]}</span>;
}
