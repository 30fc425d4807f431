import { useSignal } from '@preact/signals';
import type { ComponentChildren, JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { fetchFrame } from '../frame-picture.js';
import { onBurst } from '../resource.js';
import { AppIcon } from './app-icon.js';
import { iconOfApp } from './session-tile.js';

interface SessionCardProps {
  sessionId: string;
  app: { id: string; name: string };
  /** Where it is opened; undefined when the person may only look at its picture. */
  href: string | undefined;
  /** Whether to show a picture of its desktop: of one's own only, for a look at another's goes on record. */
  pictured: boolean;
  label: string;
  /** Beside the app's name. */
  chip?: ComponentChildren;
  about: ComponentChildren;
  actions?: ComponentChildren;
}

/** A session that can be opened: a picture of its desktop, what it is, and what can be done with it. */
export function SessionCard(props: SessionCardProps): JSX.Element {
  return (
    <li class="session-card">
      {props.href ? (
        <a class="session-face" href={props.href} aria-label={props.label}>
          <Face {...props} />
        </a>
      ) : (
        <span class="session-face">
          <Face {...props} />
        </span>
      )}
      <div class="session-text">
        <p class="row-name">
          <span class="session-name">{props.app.name}</span> {props.chip}
        </p>
        <div class="muted tabular session-about">{props.about}</div>
        {props.actions && <div class="session-actions">{props.actions}</div>}
      </div>
    </li>
  );
}

function Face({ pictured, sessionId, app }: SessionCardProps): JSX.Element {
  return pictured ? <Frame sessionId={sessionId} app={app} /> : <Placeholder app={app} />;
}

/** The last picture of a desktop. It is asked for again when something happened to sessions, and on the way back to it. */
function Frame({ sessionId, app }: Pick<SessionCardProps, 'sessionId' | 'app'>): JSX.Element {
  const picture = useSignal<string | undefined>(undefined);
  useEffect(() => {
    let shown = true;
    const look = async (): Promise<void> => {
      if (document.hidden) return;
      const next = await fetchFrame(sessionId);
      if (shown && next) picture.value = next;
    };
    const again = (): void => void look();
    again();
    document.addEventListener('visibilitychange', again);
    const stop = onBurst(['session', 'activity', 'sharing'], again);
    return () => {
      shown = false;
      document.removeEventListener('visibilitychange', again);
      stop();
    };
  }, [sessionId]);
  if (!picture.value) return <Placeholder app={app} />;
  return <img class="session-frame" src={picture.value} alt="" />;
}

function Placeholder({ app }: { app: { id: string; name: string } }): JSX.Element {
  return (
    <span class="session-empty">
      <AppIcon app={{ icon: iconOfApp(app.id), name: app.name }} />
    </span>
  );
}
