import type { ComponentChildren, JSX } from 'preact';
import type { Session } from '../api-types.js';
import { nowMs } from '../clock.js';
import { isLive } from '../ending.js';
import { sayLeft } from '../times.js';
import { Icon } from './icons.js';
import { StatusChip } from './status-chip.js';

const SOON_MS = 5 * 60_000;

export type DesktopState = 'connecting' | 'connected' | 'reconnecting' | 'ended';

interface StageProps {
  session?: Session;
  state: DesktopState;
  about?: ComponentChildren;
  tools?: ComponentChildren;
  children: ComponentChildren;
}

/** The frame of a session: a thin bar above, and the whole window for the desktop. */
export function Stage({ session, state, about, tools, children }: StageProps): JSX.Element {
  return (
    <div class="stage">
      <header class="stage-bar">
        <a class="button quiet icon-only" href="/" title="Back to the apps">
          <Icon name="back" />
          <span class="unseen">Back to the apps</span>
        </a>
        {session && (
          <>
            <strong class="stage-name">{session.app_name}</strong>
            <StatusChip status={session.status} />
            {isLive(session) && <TimeLeft until={session.expires_at} />}
            {about}
          </>
        )}
        {tools && (
          <div class="stage-tools" role="toolbar" aria-label="Tools of the desktop">
            {tools}
          </div>
        )}
      </header>
      <main class="stage-body">
        <section class="stage-desktop" aria-label="Desktop" data-state={state}>
          {children}
        </section>
      </main>
    </div>
  );
}

function TimeLeft({ until }: { until: string | null | undefined }): JSX.Element | null {
  const left = sayLeft(until, nowMs.value);
  if (!left) return null;
  const soon = Date.parse(until ?? '') - nowMs.value < SOON_MS;
  return <span class={`stage-left tabular ${soon ? 'soon' : ''}`}>{left} left</span>;
}
