import '../../styles/share.css';
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import type { Session, Share, Viewer, ViewerMode } from '../api-types.js';
import { me } from '../account.js';
import { api } from '../api.js';
import { nowMs } from '../clock.js';
import { Icon } from '../parts/icons.js';
import { Loading, Trouble } from '../parts/states.js';
import { useResource } from '../resource.js';
import { sayLeft, sayWhen } from '../times.js';
import { tell, tellProblem } from '../toasts.js';
import { ShareForm } from './share-form.js';
import { sayPeople } from './share-words.js';

/** Who is there, a form to let others in, and everybody who may come in, with the way to take that back. */
export function SharePanel({
  session,
  viewers,
}: {
  session: Session;
  viewers: readonly Viewer[];
}): JSX.Element {
  const shares = useResource(() => api.shares(session.id), session.id, ['sharing']);
  const problem = shares.problem.value;
  return (
    <div class="share">
      <WhoIsThere viewers={viewers} />
      <ShareForm session={session} onShared={() => void shares.reload()} />
      {problem && <Trouble problem={problem} retry={() => void shares.reload()} />}
      {!problem && !shares.value.value && <Loading what="Loading who may come in" />}
      {shares.value.value && shares.value.value.shares.length > 0 && (
        <section aria-label="Who may come in">
          <h2>Who may come in</h2>
          <ul class="share-list">
            {shares.value.value.shares.map((share) => (
              <Row key={share.id} share={share} onChanged={() => void shares.reload()} />
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}

function WhoIsThere({ viewers }: { viewers: readonly Viewer[] }): JSX.Element {
  return (
    <section aria-label="Who is here">
      <h2>Who is here</h2>
      <ul class="share-list">
        {viewers.map((viewer) => (
          <li key={viewer.id}>
            <Icon name={viewer.mode === 'view' ? 'eye' : 'user'} />
            <span class="share-name">
              {viewer.user_name ?? 'Somebody'}
              {viewer.user_id === me.value?.id && ' (you)'}
            </span>
            <span class="muted">
              {viewer.mode === 'view' ? 'watches' : 'controls'}, since{' '}
              {sayWhen(viewer.since, nowMs.value)}
            </span>
          </li>
        ))}
        {viewers.length === 0 && <li class="muted">Nobody has this desktop on screen.</li>}
      </ul>
    </section>
  );
}

function Row({ share, onChanged }: { share: Share; onChanged: () => void }): JSX.Element {
  const busy = useSignal(false);
  const name = sayPeople(share);
  const act = async (action: Promise<unknown>, done: string): Promise<void> => {
    busy.value = true;
    try {
      await action;
      tell(done);
    } catch (thrown) {
      tellProblem(thrown);
    } finally {
      busy.value = false;
    }
    onChanged();
  };
  const change = (mode: ViewerMode): Promise<void> =>
    act(api.changeShare(share.session_id, share.id, mode), `Changed for ${name}.`);
  return (
    <li>
      <Icon name={share.kind === 'link' ? 'share' : 'user'} />
      <span class="share-name">
        {name}
        <span class="hint">{sayLeft(share.expires_at, nowMs.value)} left</span>
      </span>
      <select
        aria-label={`What ${name} may do`}
        disabled={busy.value}
        value={share.mode}
        onChange={(event) => void change(event.currentTarget.value as ViewerMode)}
      >
        <option value="view">May watch</option>
        <option value="control">May control</option>
      </select>
      <button
        type="button"
        class="button quiet small"
        disabled={busy.value}
        aria-label={`Revoke: ${name}`}
        onClick={() =>
          void act(api.revokeShare(share.session_id, share.id), `Revoked for ${name}.`)
        }
      >
        Revoke
      </button>
    </li>
  );
}
