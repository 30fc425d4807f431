import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { me, sayUser } from '../account.js';
import { api } from '../api.js';
import type { Session, SharedSession } from '../api-types.js';
import { nowMs } from '../clock.js';
import { mergeNewest } from '../collections.js';
import { isLive, sayEnding } from '../ending.js';
import { usePages } from '../pages.js';
import { AppIcon } from '../parts/app-icon.js';
import { Page } from '../parts/page.js';
import { PreparationBar } from '../parts/preparation.js';
import { SessionCard } from '../parts/session-card.js';
import { iconOfApp } from '../parts/session-tile.js';
import { Empty, LoadMore, Loading, Trouble } from '../parts/states.js';
import { StatusChip } from '../parts/status-chip.js';
import { sayPreparation } from '../preparation-words.js';
import { preparationOf } from '../preparations.js';
import { useNews, useResource } from '../resource.js';
import { stopSession } from '../stopping.js';
import { sayExactly, sayLeft, sayWhen } from '../times.js';

const PAST_PAGE = 25;

type Scope = 'mine' | 'all';

/** The person's sessions, those that run first, and those shared with them; who may, can see everyone's. */
export function SessionsScreen({ seesAll }: { seesAll: boolean }): JSX.Element {
  const scope = useSignal<Scope>('mine');
  return (
    <Page
      title="Sessions"
      actions={
        <div class="page-actions">
          <QuotaLine />
          {seesAll && <ScopeSwitch scope={scope.value} choose={(next) => (scope.value = next)} />}
        </div>
      }
    >
      <Lists scope={scope.value} />
    </Page>
  );
}

function QuotaLine(): JSX.Element | null {
  const quota = useResource(api.quota, '', ['session']).value.value;
  if (!quota) return null;
  const { mine, per_user, queued } = quota;
  return (
    <p class="quota muted tabular">
      <meter
        aria-label="Your sessions"
        min={0}
        max={per_user}
        value={mine}
        title={`${mine} of ${per_user}`}
      />
      {mine} of {per_user} sessions{queued > 0 && `, ${queued} in the queue`}
    </p>
  );
}

function ScopeSwitch({
  scope,
  choose,
}: {
  scope: Scope;
  choose: (scope: Scope) => void;
}): JSX.Element {
  const option = (value: Scope, label: string): JSX.Element => (
    <button type="button" aria-pressed={scope === value} onClick={() => choose(value)}>
      {label}
    </button>
  );
  return (
    <div class="switch" role="group" aria-label="Whose sessions">
      {option('mine', 'Mine')}
      {option('all', 'Everyone’s')}
    </div>
  );
}

function Lists({ scope }: { scope: Scope }): JSX.Element {
  const query = scope === 'all' ? { scope } : {};
  const live = useResource(() => loadLive(query), scope);
  const past = usePages(async (cursor) => {
    const page = await api.sessions({ ...query, limit: PAST_PAGE, ...(cursor ? { cursor } : {}) });
    return { items: page.sessions, next: page.next_cursor };
  }, scope);
  const shared = useResource(() => loadShared(scope), scope, ['session', 'sharing']);
  const ownerOf = ({ user_id, user_name }: Session): string | undefined =>
    scope === 'all' ? sayUser(user_id, user_name) : undefined;
  const refresh = (): void => void Promise.all([live.reload(), past.refresh()]);
  useNews(['session'], refresh);

  const problem = live.problem.value ?? past.problem.value;
  if (problem) return <Trouble problem={problem} retry={refresh} />;
  if (!live.value.value || !past.items.value) return <Loading what="Loading sessions" />;
  const over = past.items.value.filter((session) => !isLive(session));
  const guestOf = shared.value.value ?? [];
  if (live.value.value.length + over.length + guestOf.length === 0) return <NoSessions />;
  return (
    <>
      <LiveSessions sessions={live.value.value} ownerOf={ownerOf} onChange={refresh} />
      <SharedWithMe shares={guestOf} />
      {over.length > 0 && <h2 class="section-name">Past</h2>}
      <PastSessions sessions={over} ownerOf={ownerOf} />
      <LoadMore
        shown={past.next.value !== undefined}
        busy={past.busy.value}
        onMore={() => void past.more()}
      />
    </>
  );
}

function LiveSessions(props: {
  sessions: readonly Session[];
  ownerOf: (session: Session) => string | undefined;
  onChange: () => void;
}): JSX.Element {
  return (
    <section class="section" aria-label="Running">
      <h2 class="section-name">Running</h2>
      {props.sessions.length === 0 && <p class="muted">Nothing is running.</p>}
      <ul class="session-cards">
        {props.sessions.map((session) => (
          <LiveSession
            key={session.id}
            session={session}
            user={props.ownerOf(session)}
            onChange={props.onChange}
          />
        ))}
      </ul>
    </section>
  );
}

function LiveSession(props: {
  session: Session;
  user: string | undefined;
  onChange: () => void;
}): JSX.Element {
  const { session } = props;
  const preparation = preparationOf(session);
  // Only the owner gets a ticket for a desktop.
  const mine = session.user_id === me.value?.id;
  return (
    <SessionCard
      sessionId={session.id}
      app={{ id: session.app_id, name: session.app_name }}
      href={mine ? `/sessions/${session.id}` : undefined}
      label={`Open ${session.app_name}`}
      pictured={mine && session.status === 'running'}
      chip={<SessionChip session={session} />}
      about={
        <>
          {preparation && <PreparationBar preparation={preparation} />}
          <time dateTime={session.created_at} title={sayExactly(session.created_at)}>
            Started {sayWhen(session.created_at, nowMs.value)}
          </time>
          {props.user && ` by ${props.user}`}
          {sayNow(session)}
        </>
      }
      actions={
        <button
          type="button"
          class="button small"
          aria-label={`Stop ${session.app_name}`}
          onClick={() => void stopSession(session).then(props.onChange)}
        >
          Stop
        </button>
      }
    />
  );
}

function SessionChip({ session }: { session: Session }): JSX.Element {
  return session.queue_position ? (
    <span class="chip chip-queued">Number {session.queue_position} in the queue</span>
  ) : (
    <StatusChip status={session.status} />
  );
}

function SharedWithMe({ shares }: { shares: readonly SharedSession[] }): JSX.Element | null {
  if (shares.length === 0) return null;
  return (
    <section class="section" aria-label="Shared with me">
      <h2 class="section-name">Shared with me</h2>
      <ul class="session-cards">
        {shares.map((share) => (
          <SessionCard
            key={share.share_id}
            sessionId={share.session_id}
            app={{ id: share.app_id, name: share.app_name }}
            href={`/shared/${share.session_id}`}
            label={`Open ${share.app_name} of ${share.owner_name ?? 'somebody else'}`}
            pictured={false}
            chip={
              <span class="chip">
                {share.mode === 'view' ? 'You may watch' : 'You may control'}
              </span>
            }
            about={`From ${share.owner_name ?? 'somebody else'}, ${sayLeft(share.expires_at, nowMs.value)} left`}
          />
        ))}
      </ul>
    </section>
  );
}

function PastSessions(props: {
  sessions: Session[];
  ownerOf: (session: Session) => string | undefined;
}): JSX.Element {
  return (
    <ul class="rows">
      {props.sessions.map((session) => (
        <PastSession key={session.id} session={session} user={props.ownerOf(session)} />
      ))}
    </ul>
  );
}

function PastSession({
  session,
  user,
}: {
  session: Session;
  user: string | undefined;
}): JSX.Element {
  return (
    <li class="row row-over">
      <AppIcon app={{ icon: iconOfApp(session.app_id), name: session.app_name }} />
      <div class="row-text">
        <p class="row-name">
          {session.app_name} <StatusChip status={session.status} />
        </p>
        <p class="muted tabular row-about">
          <time dateTime={session.created_at} title={sayExactly(session.created_at)}>
            Started {sayWhen(session.created_at, nowMs.value)}
          </time>
          {user && ` by ${user}`}. {sayEnding(session)}
        </p>
      </div>
    </li>
  );
}

function NoSessions(): JSX.Element {
  return (
    <Empty icon="sessions" title="No sessions yet">
      <p>Open a desktop app, and its session appears here to come back to.</p>
      <a class="button primary" href="/">
        Choose an app
      </a>
    </Empty>
  );
}

async function loadShared(scope: Scope): Promise<SharedSession[]> {
  return scope === 'mine' ? (await api.sharedWithMe()).shares : [];
}

async function loadLive(query: { scope?: string }): Promise<Session[]> {
  const [creating, running] = await Promise.all([
    api.sessions({ ...query, status: 'creating' }),
    api.sessions({ ...query, status: 'running' }),
  ]);
  return mergeNewest(creating.sessions, running.sessions);
}

function sayNow(session: Session): string {
  const preparation = preparationOf(session);
  if (preparation) return `. ${sayPreparation(preparation)}`;
  const left = sayLeft(session.expires_at, nowMs.value);
  return left ? `, ${left} left` : '';
}
