import { effect } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { Session, ViewerMode } from '../api-types.js';
import { api } from '../api.js';
import { ExpiryBanner } from '../parts/expiry-banner.js';
import { Icon } from '../parts/icons.js';
import { Stage } from '../parts/stage.js';
import { useResource } from '../resource.js';
import { DesktopLink } from './desktop-link.js';
import { followLocalClipboard, keepLocalClipboard } from './local-clipboard.js';
import { Overlay } from './overlay.js';
import { Tools } from './tools.js';

interface DesktopProps {
  session: Session;
  /** Who shares it and what they allow, when it is somebody else's. */
  guestOf?: { owner: string; mode: ViewerMode };
  onGone: () => void;
  /** Takes over what an answer said about the session. */
  onChanged?: () => void;
}

/** The live desktop of a running session with its tools; calls `onGone` when there may be nothing left to show. */
export function Desktop({ session, guestOf, onGone, onChanged }: DesktopProps): JSX.Element {
  const screen = useRef<HTMLDivElement>(null);
  const isOwn = guestOf === undefined;
  const link = useMemo(() => new DesktopLink(session.id, { resizes: isOwn }), [session.id, isOwn]);
  const viewers = useResource(() => api.viewers(session.id), session.id, ['sharing']);

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

  // A share that allows less closes the connection; for one that allows more, the page asks itself.
  useEffect(() => {
    if (guestOf?.mode === 'control' && link.mode.peek() === 'view') link.renew();
  }, [link, guestOf?.mode]);

  return (
    <Stage
      session={session}
      state={link.state.value.name}
      about={<About link={link} owner={guestOf?.owner} />}
      tools={
        <Tools
          link={link}
          session={session}
          isOwn={isOwn}
          viewers={viewers.value.value?.viewers ?? []}
          onGone={onGone}
        />
      }
    >
      {isOwn && <ExpiryBanner session={session} onExtended={() => onChanged?.()} />}
      <div ref={screen} class="screen" />
      <Overlay link={link} name={session.app_name} />
    </Stage>
  );
}

function About({
  link,
  owner,
}: {
  link: DesktopLink;
  owner: string | undefined;
}): JSX.Element | null {
  if (link.mode.value === 'view') {
    return (
      <span class="chip chip-watch" role="status">
        <Icon name="eye" />
        You are watching<span class="stage-owner">{owner && ` ${owner}’s desktop`}</span>
      </span>
    );
  }
  return owner ? <span class="chip">{owner}’s desktop</span> : null;
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
