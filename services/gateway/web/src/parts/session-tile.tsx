import type { JSX } from 'preact';
import type { Session } from '../api-types.js';
import { apps } from '../catalog.js';
import { nowMs } from '../clock.js';
import { percentOf } from '../preparation-words.js';
import { preparationOf } from '../preparations.js';
import { sayLeft } from '../times.js';
import { AppIcon } from './app-icon.js';
import { StatusChip } from './status-chip.js';

/** A running session on the home screen; a click shows its desktop. */
export function SessionTile({ session }: { session: Session }): JSX.Element {
  const left = sayLeft(session.expires_at, nowMs.value);
  const preparation = preparationOf(session);
  const percent = preparation && percentOf(preparation);
  return (
    <a class="tile" href={`/sessions/${session.id}`}>
      <AppIcon app={{ icon: iconOfApp(session.app_id), name: session.app_name }} />
      <span class="tile-text">
        <span class="tile-name">
          <span class="unseen">Return to </span>
          {session.app_name}
        </span>
        <span class="tile-about">
          <StatusChip status={session.status} />
          {session.status === 'running' && left && <span class="muted">{left} left</span>}
          {percent !== undefined && <span class="muted tabular">{percent} %</span>}
        </span>
      </span>
    </a>
  );
}

/** Gives the icon of a session's app while the app is still in the catalogue. */
export function iconOfApp(appId: string): string {
  return apps.value?.find((app) => app.id === appId)?.icon ?? '';
}
