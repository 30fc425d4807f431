import type { JSX } from 'preact';
import { useId } from 'preact/hooks';
import type { App } from '../api-types.js';
import { launching, openApp } from '../launch.js';
import { liveSessions } from '../live-sessions.js';
import { AppIcon } from './app-icon.js';
import { Icon } from './icons.js';

/** One app of the grid; a click opens it. */
export function AppCard({ app }: { app: App }): JSX.Element {
  const id = useId();
  const isRunning = liveSessions.value?.some((session) => session.app_id === app.id) ?? false;
  const isLaunching = launching.value === app.id;
  return (
    <button
      type="button"
      class="card"
      aria-labelledby={`${id}-name`}
      aria-describedby={`${id}-about`}
      aria-busy={isLaunching}
      onClick={() => void openApp(app)}
    >
      <AppIcon app={app} />
      <span class="card-text">
        <span class="card-name" id={`${id}-name`}>
          {app.name}
        </span>
        <span class="card-about" id={`${id}-about`}>
          {app.description}
          {app.launch_type === 'url' && <span class="unseen"> Opens in a new tab.</span>}
          {isRunning && <span class="unseen"> Running.</span>}
        </span>
      </span>
      <span class="card-corner" aria-hidden="true">
        {isLaunching && <span class="spinner" />}
        {!isLaunching && isRunning && <span class="dot" />}
        {!isLaunching && app.launch_type === 'url' && <Icon name="out" />}
      </span>
    </button>
  );
}
