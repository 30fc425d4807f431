import type { JSX } from 'preact';
import { useId } from 'preact/hooks';
import type { App } from '../api-types.js';
import { launching, openApp } from '../launch.js';
import { liveSessions } from '../live-sessions.js';
import { favourites, setFavourite } from '../own-preferences.js';
import { isShortcut } from '../shortcuts.js';
import { AppIcon } from './app-icon.js';
import { Icon } from './icons.js';

/** One app of the grid; a click opens it, the star makes it a favourite. */
export function AppCard({ app }: { app: App }): JSX.Element {
  const id = useId();
  const isRunning = runs(app);
  return (
    <div class="card">
      <button
        type="button"
        class="card-open"
        data-app={app.id}
        aria-labelledby={`${id}-name`}
        aria-describedby={`${id}-about`}
        aria-busy={launching.value === app.id}
        onClick={() => void openApp(app)}
        onKeyDown={(event) => favouriteByKey(event, app)}
      >
        <AppIcon app={app} />
        <span class="card-text">
          <span class="card-name">
            <span id={`${id}-name`}>{app.name}</span>
            <CardState app={app} />
          </span>
          <span class="card-about" id={`${id}-about`}>
            {app.description}
            {app.launch_type === 'url' && <span class="unseen"> Opens in a new tab.</span>}
            {isRunning && <span class="unseen"> Running.</span>}
          </span>
        </span>
      </button>
      <Star app={app} />
    </div>
  );
}

/** An app as a small tile of the rows on top: its icon and its name. */
export function AppTile({ app }: { app: App }): JSX.Element {
  return (
    <button
      type="button"
      class="quick"
      data-app={app.id}
      aria-busy={launching.value === app.id}
      onClick={() => void openApp(app)}
      onKeyDown={(event) => favouriteByKey(event, app)}
    >
      <AppIcon app={app} />
      <span class="quick-name">{app.name}</span>
      <CardState app={app} />
    </button>
  );
}

function CardState({ app }: { app: App }): JSX.Element | null {
  if (launching.value === app.id) return <span class="spinner" aria-hidden="true" />;
  if (runs(app)) return <span class="dot" aria-hidden="true" />;
  return app.launch_type === 'url' ? <Icon name="out" /> : null;
}

function Star({ app }: { app: App }): JSX.Element | null {
  if (!favourites.value) return null;
  const on = favourites.value.includes(app.id);
  return (
    <button
      type="button"
      class="star"
      aria-pressed={on}
      aria-label={`Favourite ${app.name}`}
      title={on ? 'No longer a favourite' : 'Make it a favourite'}
      onClick={() => setFavourite(app.id, !on)}
    >
      <Icon name="star" />
    </button>
  );
}

function favouriteByKey(event: KeyboardEvent, app: App): void {
  if (event.key.toLowerCase() !== 'f' || !isShortcut(event) || !favourites.value) return;
  event.preventDefault();
  setFavourite(app.id, !favourites.value.includes(app.id));
}

const runs = (app: App): boolean =>
  liveSessions.value?.some((session) => session.app_id === app.id) ?? false;
