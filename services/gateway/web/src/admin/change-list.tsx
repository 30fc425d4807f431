import type { JSX } from 'preact';
import type { Change } from '../changes.js';

/** What each field was, and what it became. */
export function ChangeList({ changes }: { changes: readonly Change[] }): JSX.Element | null {
  if (changes.length === 0) return null;
  return (
    <ul class="changes">
      {changes.map((change) => (
        <li key={change.field}>
          <span class="changes-field">{change.field}</span>
          <del>{change.from}</del>
          <span aria-label="became"> → </span>
          <ins>{change.to}</ins>
        </li>
      ))}
    </ul>
  );
}
