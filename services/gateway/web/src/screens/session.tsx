import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import type { Session } from '../api-types.js';
import { api } from '../api.js';
import { setTitle } from '../branding.js';
import { isLive, sayEnding } from '../ending.js';
import { launching, startSession } from '../launch.js';
import { AppIcon } from '../parts/app-icon.js';
import { lazy } from '../parts/lazy.js';
import { PreparationFigures } from '../parts/preparation.js';
import { iconOfApp } from '../parts/session-tile.js';
import { Stage } from '../parts/stage.js';
import { Loading, Trouble } from '../parts/states.js';
import { announcePreparation } from '../preparation-words.js';
import { preparationOf } from '../preparations.js';
import { useResource } from '../resource.js';
import { endSession } from '../stopping.js';
import { sayDuration } from '../times.js';

const SLOW_MS = 20_000;

const fetchDesktop = async (): Promise<typeof import('../viewer/desktop.js')> =>
  import('../viewer/desktop.js');
const Desktop = lazy(async () => (await fetchDesktop()).Desktop);

/** One session: waiting for it, its live desktop, or how it ended. */
export function SessionScreen({ id }: { id: string }): JSX.Element {
  const { value, problem, reload } = useResource(() => api.session(id), id, [
    'session',
    'activity',
  ]);
  const session = value.value;
  setTitle(session?.app_name ?? 'Session');
  if (!session) {
    return (
      <Stage state={problem.value ? 'ended' : 'connecting'}>
        {problem.value ? (
          <Trouble problem={problem.value} retry={() => void reload()} />
        ) : (
          <Loading what="Looking for the session" />
        )}
      </Stage>
    );
  }
  if (session.status === 'creating') return <Waiting session={session} reload={reload} />;
  if (isLive(session))
    return (
      <Desktop session={session} onGone={() => void reload()} onChanged={() => void reload()} />
    );
  return <Ended session={session} />;
}

function Waiting({
  session,
  reload,
}: {
  session: Session;
  reload: () => Promise<void>;
}): JSX.Element {
  const waitedMs = useSignal(0);
  const preparation = preparationOf(session);
  const queued = session.queue_position;
  useEffect(() => {
    // The viewer is fetched while the desktop starts; if that fails, it is fetched again when it is shown.
    fetchDesktop().catch(() => undefined);
    const sinceMs = Date.now();
    const timer = setInterval(() => (waitedMs.value = Date.now() - sinceMs), 1_000);
    return () => clearInterval(timer);
  }, []);
  const cancel = async (): Promise<void> => {
    await endSession(session, `${session.app_name} was cancelled.`);
    await reload();
  };
  return (
    <Stage session={session} state="connecting">
      <div class="stage-card">
        <span class="pulse">
          <AppIcon app={{ icon: iconOfApp(session.app_id), name: session.app_name }} />
        </span>
        <h1>
          {queued ? `${session.app_name} waits for its turn` : `Starting ${session.app_name}`}
        </h1>
        <div class="stage-news">
          {/* Always there, because only a change of what is there is read out. The figures are not: they never rest. */}
          <p role="status" class={preparation ? 'unseen' : ''}>
            {preparation
              ? announcePreparation(preparation)
              : queued
                ? sayQueue(queued)
                : sayWaiting(waitedMs.value)}
          </p>
          {preparation && <PreparationFigures preparation={preparation} />}
        </div>
        <p class="muted tabular" aria-hidden="true">
          {sayDuration(waitedMs.value)}
        </p>
        <button type="button" class="button" onClick={() => void cancel()}>
          Cancel
        </button>
      </div>
    </Stage>
  );
}

const sayQueue = (position: number): string =>
  position === 1
    ? 'All places are taken. Yours is the next; it opens here by itself.'
    : `All places are taken. You are number ${position} in the queue; it opens here by itself.`;

const sayWaiting = (ms: number): string =>
  ms < SLOW_MS
    ? 'A fresh desktop is being prepared. It opens here by itself.'
    : 'This takes longer than usual. The first start of an app may have to fetch it.';

function Ended({ session }: { session: Session }): JSX.Element {
  const failed = session.status === 'failed' && session.reason !== 'cancelled';
  return (
    <Stage session={session} state="ended">
      <div class="stage-card" role={failed ? 'alert' : 'status'}>
        <AppIcon app={{ icon: iconOfApp(session.app_id), name: session.app_name }} />
        <h1>{failed ? `${session.app_name} could not start` : 'This session is over'}</h1>
        <p>{sayEnding(session)}</p>
        <div class="actions centered">
          <a class="button" href="/">
            Back to the apps
          </a>
          <button
            type="button"
            class="button primary"
            disabled={launching.value !== ''}
            onClick={() => void startSession(session.app_id)}
          >
            {failed ? 'Try again' : 'Start a new one'}
          </button>
        </div>
      </div>
    </Stage>
  );
}
