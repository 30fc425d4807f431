import type { JSX } from 'preact';
import { type Toast, dismiss, toasts } from '../toasts.js';
import { Icon } from './icons.js';

/** Shows what was told, and has a screen reader say it: news politely, problems at once. */
export function Toasts(): JSX.Element {
  const shown = toasts.value;
  return (
    <div class="toasts">
      <div role="status" aria-live="polite">
        {shown.filter((toast) => toast.tone === 'good').map(show)}
      </div>
      <div role="alert" aria-live="assertive">
        {shown.filter((toast) => toast.tone === 'bad').map(show)}
      </div>
    </div>
  );
}

function show(toast: Toast): JSX.Element {
  return (
    <div class={`toast toast-${toast.tone}`} key={toast.id}>
      <Icon name={toast.tone === 'good' ? 'check' : 'warning'} />
      <span class="toast-text">
        {toast.text}{' '}
        {toast.link && (
          <a href={toast.link.url} target="_blank" rel="noopener noreferrer">
            {toast.link.label}
          </a>
        )}
      </span>
      <button type="button" class="button quiet small icon-only" onClick={() => dismiss(toast.id)}>
        <Icon name="close" />
        <span class="unseen">Dismiss</span>
      </button>
    </div>
  );
}
