import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { setTitle } from '../branding.js';

let shownBefore = false;

/** Tells that something was on screen before the next one comes: that one is not the first. */
export function countAsShown(): void {
  shownBefore = true;
}

interface PageProps {
  title: string;
  actions?: ComponentChildren;
  children: ComponentChildren;
}

/** One screen: its title goes to the tab and, after the first, gets the focus so that a screen reader says it. */
export function Page({ title, actions, children }: PageProps): JSX.Element {
  const heading = useRef<HTMLHeadingElement>(null);
  setTitle(title);
  useEffect(() => {
    const busy = heading.current?.closest('.page')?.contains(document.activeElement);
    if (shownBefore && !busy) heading.current?.focus({ preventScroll: true });
    shownBefore = true;
  }, []);
  return (
    <div class="page">
      <header class="page-head">
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {actions}
      </header>
      {children}
    </div>
  );
}
