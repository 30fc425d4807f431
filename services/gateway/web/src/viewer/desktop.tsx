import { effect } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { Session } from '../api-types.js';
import { Stage } from '../parts/stage.js';
import { DesktopLink } from './desktop-link.js';
import { followLocalClipboard, keepLocalClipboard } from './local-clipboard.js';
import { Overlay } from './overlay.js';
import { Tools } from './tools.js';

/** The live desktop of a running session with its tools; calls `onGone` when there may be nothing left to show. */
export function Desktop({
  session,
  onGone,
}: {
  session: Session;
  onGone: () => void;
}): JSX.Element {
  const screen = useRef<HTMLDivElement>(null);
  const link = useMemo(() => new DesktopLink(session.id), [session.id]);

  useEffect(() => {
    const element = screen.current;
    if (!element) return undefined;
    link.open(element);
    const stops = [
      () => link.close(),
      watchSize(element),
      leaveByKeys(link),
      retryWhenOnline(link),
      followLocalClipboard((text) => link.paste(text)),
      effect(() => keepLocalClipboard(link.clipboard.value)),
      effect(() => {
        if (link.state.value.name === 'ended') onGone();
      }),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }, [link]);

  return (
    <Stage
      session={session}
      state={link.state.value.name}
      tools={<Tools link={link} session={session} onGone={onGone} />}
    >
      <div ref={screen} class="screen" />
      <Overlay link={link} name={session.app_name} />
    </Stage>
  );
}

// noVNC tells no size, but its canvas has one: as many pixels as the desktop.
function watchSize(element: HTMLElement): () => void {
  const observer = new MutationObserver(() => {
    const canvas = element.querySelector<HTMLCanvasElement>('canvas:not(.still)');
    if (!canvas) return;
    element.dataset['width'] = String(canvas.width);
    element.dataset['height'] = String(canvas.height);
  });
  observer.observe(element, {
    subtree: true,
    childList: true,
    attributeFilter: ['width', 'height'],
  });
  return () => observer.disconnect();
}

// The desktop takes every key, Tab too, so one chord always leads out of it (WCAG 2.2, 2.1.2 No Keyboard Trap).
function leaveByKeys(link: DesktopLink): () => void {
  const leave = (event: KeyboardEvent): void => {
    if (!event.ctrlKey || !event.altKey || !event.shiftKey) return;
    link.blur();
    document.querySelector<HTMLElement>('.stage-tools button')?.focus();
  };
  addEventListener('keydown', leave, { capture: true });
  return () => removeEventListener('keydown', leave, { capture: true });
}

function retryWhenOnline(link: DesktopLink): () => void {
  const retry = (): void => link.retryNow();
  addEventListener('online', retry);
  return () => removeEventListener('online', retry);
}
