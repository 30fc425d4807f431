import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { me, sayUser } from '../account.js';
import type { Session } from '../api-types.js';
import { api } from '../api.js';
import { nowMs } from '../clock.js';
import { mergeNewest } from '../collections.js';
import { fetchFrame } from '../frame-picture.js';
import { Dialog } from '../parts/dialog.js';
import { Icon } from '../parts/icons.js';
import { Empty, Loading, Trouble } from '../parts/states.js';
import { StatusChip } from '../parts/status-chip.js';
import { useResource } from '../resource.js';
import { stopSession } from '../stopping.js';
import { sayExactly, sayLeft, sayWhen } from '../times.js';

/** Who may stop somebody else's session, and look at it. */
const ACT: ReadonlySet<string> = new Set(['operator', 'admin']);

/** The sessions of everybody that run or wait, with what the role may do about them. */
export function AllSessionsScreen(): JSX.Element {
  const role = me.value?.role ?? 'user';
  const seen = useSignal('');
  const { value, problem, reload } = useResource(loadSessions, '', ['session']);
  if (problem.value) return <Trouble problem={problem.value} retry={() => void reload()} />;
  const sessions = value.value;
  if (!sessions) return <Loading what="Loading sessions" />;
  if (sessions.length === 0) {
    return (
      <Empty icon="sessions" title="Nothing is running">
        <p>When somebody opens a desktop, its session appears here at once.</p>
      </Empty>
    );
  }
  const looked = sessions.find(({ id }) => id === seen.value);
  return (
    <>
      <div class="bar">
        <p class="muted tabular">{countSessions(sessions)}</p>
      </div>
      <SessionTable
        sessions={sessions}
        look={ACT.has(role) ? (session) => (seen.value = session.id) : undefined}
        stopped={() => void reload()}
      />
      <Dialog
        title={looked ? `${looked.app_name} of ${ownerOf(looked)}` : ''}
        open={looked !== undefined}
        onClose={() => (seen.value = '')}
      >
        {looked && <Picture session={looked} done={() => (seen.value = '')} />}
      </Dialog>
    </>
  );
}

interface TableProps {
  sessions: readonly Session[];
  /** Undefined where the role may only read. */
  look: ((session: Session) => void) | undefined;
  stopped: () => void;
}

function SessionTable({ sessions, look, stopped }: TableProps): JSX.Element {
  return (
    <div class="table-box" tabIndex={0} role="region" aria-label="Sessions">
      <table class="stacking">
        <thead>
          <tr>
            <th scope="col">App</th>
            <th scope="col">Of</th>
            <th scope="col">Status</th>
            <th scope="col">Started</th>
            <th scope="col">Last used</th>
            <th scope="col">Time left</th>
            {look && (
              <th scope="col">
                <span class="unseen">Actions</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {sessions.map((session) => (
            <SessionRow
              key={session.id}
              session={session}
              look={look && (() => look(session))}
              stopped={stopped}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface RowProps {
  session: Session;
  look: (() => void) | undefined;
  stopped: () => void;
}

function SessionRow({ session, look, stopped }: RowProps): JSX.Element {
  const owner = ownerOf(session);
  const what = `${session.app_name} of ${owner}`;
  const used = session.last_active_at;
  return (
    <tr>
      <td>
        <strong>{session.app_name}</strong>
      </td>
      <td data-label="Of" class="owner" title={session.user_id}>
        {owner}
      </td>
      <td data-label="Status">
        {session.queue_position ? (
          <span class="chip chip-queued">Number {session.queue_position} in the queue</span>
        ) : (
          <StatusChip status={session.status} />
        )}
      </td>
      <td data-label="Started" title={sayExactly(session.created_at)}>
        {sayWhen(session.created_at, nowMs.value)}
      </td>
      <td data-label="Last used" title={used ? sayExactly(used) : undefined}>
        {used ? sayWhen(used, nowMs.value) : 'not yet'}
      </td>
      <td data-label="Time left" class="tabular">
        {sayLeft(session.expires_at, nowMs.value)}
      </td>
      {look && (
        <td class="end">
          {session.status === 'running' && (
            <button
              type="button"
              class="button quiet small"
              aria-label={`Look at ${what}`}
              onClick={look}
            >
              <Icon name="eye" /> Look
            </button>
          )}
          <button
            type="button"
            class="button quiet small danger-text"
            aria-label={`Stop ${what}`}
            onClick={() => void stopSession(session).then(stopped)}
          >
            Stop
          </button>
        </td>
      )}
    </tr>
  );
}

// It is asked for only here: a look at somebody else's desktop goes on record.
function Picture({ session, done }: { session: Session; done: () => void }): JSX.Element {
  const { value } = useResource(
    async () => ({ picture: await fetchFrame(session.id) }),
    session.id,
  );
  return (
    <div class="stack">
      {!value.value && <Loading what="Fetching the picture" />}
      {value.value?.picture && (
        <img class="look" src={value.value.picture} alt={`The desktop of ${session.app_name}`} />
      )}
      {value.value && !value.value.picture && (
        <p class="muted">There is no picture of it at the moment.</p>
      )}
      <p class="hint">That you looked is in the audit trail.</p>
      <div class="actions">
        <button type="button" class="button" autofocus onClick={done}>
          Close
        </button>
      </div>
    </div>
  );
}

const ownerOf = ({ user_id, user_name }: Session): string => sayUser(user_id, user_name);

function countSessions(sessions: readonly Session[]): string {
  const queued = sessions.filter(({ queue_position: place }) => place !== null).length;
  const said = sessions.length === 1 ? '1 session' : `${sessions.length} sessions`;
  return queued > 0 ? `${said}, ${queued} of them in the queue` : said;
}

async function loadSessions(): Promise<Session[]> {
  const [creating, running] = await Promise.all(
    ['creating', 'running'].map((status) => api.sessions({ scope: 'all', status })),
  );
  return mergeNewest(creating?.sessions ?? [], running?.sessions ?? []);
}
