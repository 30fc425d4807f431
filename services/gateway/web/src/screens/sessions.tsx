import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { api } from '../api.js';
import type { Session } from '../api-types.js';
import { nowMs } from '../clock.js';
import { mergeNewest } from '../collections.js';
import { isLive, sayEnding } from '../ending.js';
import { usePages } from '../pages.js';
import { AppIcon } from '../parts/app-icon.js';
import { Page } from '../parts/page.js';
import { PreparationBar } from '../parts/preparation.js';
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

/** The person's sessions, those that run first; an administrator can see everyone's. */
export function SessionsScreen({ isAdmin }: { isAdmin: boolean }): JSX.Element {
  const scope = useSignal<Scope>('mine');
  return (
    <Page
      title="Sessions"
      actions={
        isAdmin && <ScopeSwitch scope={scope.value} choose={(next) => (scope.value = next)} />
      }
    >
      <Lists scope={scope.value} />
    </Page>
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
  const names = useResource(() => loadNames(scope), scope);
  const nameOf = (user: string): string | undefined =>
    scope === 'all' ? (names.value.value?.get(user) ?? user) : undefined;
  const refresh = (): void => void Promise.all([live.reload(), past.refresh()]);
  useNews(['session'], refresh);

  const problem = live.problem.value ?? past.problem.value;
  if (problem) return <Trouble problem={problem} retry={refresh} />;
  if (!live.value.value || !past.items.value) return <Loading what="Loading sessions" />;
  const over = past.items.value.filter((session) => !isLive(session));
  if (live.value.value.length + over.length === 0) return <NoSessions />;
  return (
    <>
      <h2 class="section-name">Running</h2>
      {live.value.value.length === 0 && <p class="muted">Nothing is running.</p>}
      <Rows sessions={live.value.value} nameOf={nameOf} onChange={refresh} />
      {over.length > 0 && <h2 class="section-name">Past</h2>}
      <Rows sessions={over} nameOf={nameOf} onChange={refresh} />
      <LoadMore
        shown={past.next.value !== undefined}
        busy={past.busy.value}
        onMore={() => void past.more()}
      />
    </>
  );
}

function Rows(props: {
  sessions: Session[];
  nameOf: (user: string) => string | undefined;
  onChange: () => void;
}): JSX.Element {
  return (
    <ul class="rows">
      {props.sessions.map((session) => (
        <Row
          key={session.id}
          session={session}
          user={props.nameOf(session.user_id)}
          onChange={props.onChange}
        />
      ))}
    </ul>
  );
}

function Row(props: {
  session: Session;
  user: string | undefined;
  onChange: () => void;
}): JSX.Element {
  const { session } = props;
  const live = isLive(session);
  const preparation = preparationOf(session);
  return (
    <li class={`row ${live ? `row-${session.status}` : 'row-over'}`}>
      <AppIcon app={{ icon: iconOfApp(session.app_id), name: session.app_name }} />
      <div class="row-text">
        <p class="row-name">
          {session.app_name} <StatusChip status={session.status} />
          {preparation && <PreparationBar preparation={preparation} />}
        </p>
        <p class="muted tabular row-about">
          <time dateTime={session.created_at} title={sayExactly(session.created_at)}>
            Started {sayWhen(session.created_at, nowMs.value)}
          </time>
          {props.user && ` by ${props.user}`}
          {live ? sayNow(session) : `. ${sayEnding(session)}`}
        </p>
      </div>
      {live && (
        <div class="row-actions">
          <a
            class="button"
            href={`/sessions/${session.id}`}
            aria-label={`Open ${session.app_name}`}
          >
            Open
          </a>
          <button
            type="button"
            class="button quiet"
            aria-label={`Stop ${session.app_name}`}
            onClick={() => void stopSession(session).then(props.onChange)}
          >
            Stop
          </button>
        </div>
      )}
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

async function loadNames(scope: Scope): Promise<Map<string, string>> {
  if (scope === 'mine') return new Map();
  return new Map((await api.users()).users.map((user) => [user.id, user.name]));
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
