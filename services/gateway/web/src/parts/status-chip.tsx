import type { JSX } from 'preact';
import type { SessionStatus } from '../api-types.js';
import { sayStatus } from '../status-words.js';

/** Says a session's status in a word and a colour. */
export function StatusChip({ status }: { status: SessionStatus }): JSX.Element {
  return <span class={`chip chip-${status}`}>{sayStatus(status)}</span>;
}
