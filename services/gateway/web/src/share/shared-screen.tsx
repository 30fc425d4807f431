import type { JSX } from 'preact';
import type { Session, SharedSession } from '../api-types.js';
import { api } from '../api.js';
import { setTitle } from '../branding.js';
import { sayEnding } from '../ending.js';
import { lazy } from '../parts/lazy.js';
import { Stage } from '../parts/stage.js';
import { Loading, Trouble } from '../parts/states.js';
import { useResource } from '../resource.js';

const Desktop = lazy(async () => (await import('../viewer/desktop.js')).Desktop);

/** Somebody else's desktop, as far as they share it. */
export function SharedScreen({ id }: { id: string }): JSX.Element {
  const { value, problem, reload } = useResource(api.sharedWithMe, id, ['session', 'sharing']);
  const share = value.value && findShare(value.value.shares, id);
  setTitle(share?.app_name ?? 'Shared desktop');
  if (value.value) return <Shown share={share} reload={() => void reload()} />;
  return (
    <Stage state={problem.value ? 'ended' : 'connecting'}>
      {problem.value ? (
        <Trouble problem={problem.value} retry={() => void reload()} />
      ) : (
        <Loading what="Looking for the desktop" />
      )}
    </Stage>
  );
}

function Shown(props: { share: SharedSession | undefined; reload: () => void }): JSX.Element {
  const { share } = props;
  if (!share) return <Over />;
  const session = sessionOf(share);
  if (share.status === 'creating') return <NotYet session={session} />;
  if (share.status !== 'running') return <Over session={session} />;
  const guestOf = { owner: share.owner_name ?? 'Somebody else', mode: share.mode };
  return <Desktop session={session} guestOf={guestOf} onGone={props.reload} />;
}

/** A session may be shared twice with one person, by name and by link: the better share counts. */
function findShare(shares: readonly SharedSession[], sessionId: string): SharedSession | undefined {
  const own = shares.filter((share) => share.session_id === sessionId);
  return own.find(({ mode }) => mode === 'control') ?? own[0];
}

function NotYet({ session }: { session: Session }): JSX.Element {
  return (
    <Stage session={session} state="connecting">
      <div class="stage-card" role="status">
        <span class="spinner large" aria-hidden="true" />
        <h1>{session.app_name} is starting</h1>
        <p>It opens here by itself.</p>
      </div>
    </Stage>
  );
}

function Over({ session }: { session?: Session }): JSX.Element {
  return (
    <Stage {...(session && { session })} state="ended">
      <div class="stage-card" role="status">
        <h1>{session ? 'This session is over' : 'This desktop is not shared with you'}</h1>
        <p>
          {session
            ? sayEnding(session)
            : 'It may have ended, the share may have run out, or it was revoked.'}
        </p>
        <a class="button primary" href="/">
          Back to the apps
        </a>
      </div>
    </Stage>
  );
}

function sessionOf(share: SharedSession): Session {
  return {
    id: share.session_id,
    user_id: share.owner_id,
    app_id: share.app_id,
    app_name: share.app_name,
    status: share.status,
    created_at: share.since,
    updated_at: share.since,
    expires_at: share.expires_at,
    last_active_at: null,
    queue_position: null,
    idle_expires_at: null,
    warn_at: null,
    preparation: null,
  };
}
