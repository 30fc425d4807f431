import type { ComponentChildren, JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { setTitle } from '../branding.js';
import { countAsShown } from './page.js';
import { ThemeSwitch } from './top-bar.js';

/** The frame of the screens that are shown before one is inside: a form beside a calm picture in the brand's colours. */
export function Outside({
  title,
  children,
}: {
  title: string;
  children: ComponentChildren;
}): JSX.Element {
  setTitle(title);
  // Whoever comes in from here is led to the first screen inside as to any later one.
  useEffect(countAsShown, []);
  return (
    <div class="outside">
      <div class="outside-picture" aria-hidden="true">
        <Flight />
      </div>
      <main class="outside-main">
        <div class="outside-form">{children}</div>
        <div class="outside-corner">
          <ThemeSwitch />
        </div>
      </main>
    </div>
  );
}

const CORNER = { x: 136, y: 362 };
const WINDOWS = [104, 158, 218, 284, 356, 434];

function Flight(): JSX.Element {
  return (
    <svg viewBox="0 0 400 400" preserveAspectRatio="xMaxYMin slice" focusable="false">
      {WINDOWS.map((size, step) => (
        <rect
          key={size}
          class={`flight-frame flight-${step}`}
          x={CORNER.x - step * 9}
          y={CORNER.y - size + step * 6}
          width={size}
          height={size}
          rx={18 + step * 3}
        />
      ))}
      <path class="flight-path" d="M182 316C232 262 282 190 340 78" />
      <path class="flight-head" d="M340 78l-31 21M340 78l2 37" />
    </svg>
  );
}
