import type { ComponentChildren, JSX } from 'preact';
import type { Problem } from '../problem.js';
import { Icon, type IconName } from './icons.js';

interface EmptyProps {
  icon: IconName;
  title: string;
  children?: ComponentChildren;
}

/** Stands where a list would be: says why there is none and what to do next. */
export function Empty({ icon, title, children }: EmptyProps): JSX.Element {
  return (
    <div class="empty">
      <span class="empty-icon">
        <Icon name={icon} />
      </span>
      <h2>{title}</h2>
      {children}
    </div>
  );
}

/** Says that something could not be loaded, and offers to try again. */
export function Trouble({ problem, retry }: { problem: Problem; retry: () => void }): JSX.Element {
  return (
    <div role="alert">
      <Empty icon="warning" title="This could not be loaded">
        <p>{problem.message}</p>
        <button type="button" class="button" onClick={retry}>
          Try again
        </button>
      </Empty>
    </div>
  );
}

/** Says what is being loaded, once that takes longer than a blink. */
export function Loading({ what }: { what: string }): JSX.Element {
  return (
    <p class="loading" role="status">
      <span class="spinner" aria-hidden="true" /> {what}
    </p>
  );
}

/** The button below a list that has older items. */
export function LoadMore(props: {
  shown: boolean;
  busy: boolean;
  onMore: () => void;
}): JSX.Element | null {
  if (!props.shown) return null;
  return (
    <p class="load-more">
      <button type="button" class="button" disabled={props.busy} onClick={props.onMore}>
        {props.busy ? 'Loading…' : 'Load more'}
      </button>
    </p>
  );
}
