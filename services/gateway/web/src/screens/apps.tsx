import { computed, signal } from '@preact/signals';
import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import { me } from '../account.js';
import type { App } from '../api-types.js';
import { apps, appsProblem, loadApps } from '../catalog.js';
import { nextCard } from '../collections.js';
import { type AppGroup, groupApps, searchApps } from '../grouping.js';
import { liveSessions } from '../live-sessions.js';
import { collapsed, favourites, setCollapsed } from '../own-preferences.js';
import { AppCard, AppTile } from '../parts/app-card.js';
import { Icon } from '../parts/icons.js';
import { Page } from '../parts/page.js';
import { SearchBox } from '../parts/search-box.js';
import { SessionTile } from '../parts/session-tile.js';
import { Empty, Loading, Trouble } from '../parts/states.js';
import { recents } from '../recents.js';

const RECENTS_SHOWN = 6;

const query = signal('');
const found = computed(() => searchApps(apps.value ?? [], query.value));
const groups = computed(() => groupApps(found.value));
const favouriteApps = computed(() => pick(favourites.value ?? []));
const recentApps = computed(() =>
  pick(recents.value.filter((id) => !favourites.value?.includes(id))).slice(0, RECENTS_SHOWN),
);

/** The home screen: what is running, favourites, what was opened last, then every app by category. */
export function AppsScreen(): JSX.Element {
  const list = useRef<HTMLDivElement>(null);
  const cards = (): HTMLElement[] =>
    [...(list.current?.querySelectorAll<HTMLElement>('[data-app]') ?? [])].filter((card) =>
      card.checkVisibility(),
    );

  const move = (event: KeyboardEvent): void => {
    const all = cards();
    const from = all.findIndex((card) => card === document.activeElement);
    const boxes = all.map((card) => card.getBoundingClientRect());
    const to = from < 0 ? undefined : nextCard(boxes, from, event.key);
    if (to === undefined) return;
    event.preventDefault();
    all[to]?.focus();
  };

  return (
    <Page
      title="Apps"
      actions={
        <SearchBox
          query={query}
          onDown={() => cards()[0]?.focus()}
          onEnter={() => query.value && cards()[0]?.click()}
        />
      }
    >
      {query.value === '' && <RunningNow />}
      <div ref={list} class="catalogue" onKeyDown={move}>
        {query.value === '' && <AppRow name="Favourites" apps={favouriteApps.value} />}
        {query.value === '' && <AppRow name="Opened last" apps={recentApps.value} />}
        <Catalogue />
      </div>
    </Page>
  );
}

function RunningNow(): JSX.Element | null {
  const sessions = liveSessions.value ?? [];
  if (sessions.length === 0) return null;
  return (
    <section class="running" aria-label="Running now">
      <h2 class="group-name">Running now</h2>
      <div class="tiles">
        {sessions.map((session) => (
          <SessionTile key={session.id} session={session} />
        ))}
      </div>
    </section>
  );
}

function AppRow({ name, apps: shown }: { name: string; apps: readonly App[] }): JSX.Element | null {
  if (shown.length === 0) return null;
  return (
    <section class="quick-row" aria-label={name}>
      <h2 class="group-name">{name}</h2>
      <div class="quicks">
        {shown.map((app) => (
          <AppTile key={app.id} app={app} />
        ))}
      </div>
    </section>
  );
}

function pick(ids: readonly string[]): App[] {
  return ids.flatMap((id) => apps.value?.find((app) => app.id === id) ?? []);
}

function Catalogue(): JSX.Element {
  if (!apps.value) {
    const problem = appsProblem.value;
    return problem ? (
      <Trouble problem={problem} retry={() => void loadApps()} />
    ) : (
      <Loading what="Loading your apps" />
    );
  }
  if (apps.value.length === 0) return <NoApps />;
  if (found.value.length === 0) {
    return (
      <Empty icon="search" title={`Nothing matches “${query.value}”`}>
        <p>Try fewer words, or part of the name.</p>
        <button type="button" class="button" onClick={() => (query.value = '')}>
          Show all apps
        </button>
      </Empty>
    );
  }
  return (
    <>
      {groups.value.map((group) => (
        <Group key={group.category} group={group} />
      ))}
    </>
  );
}

function Group({ group }: { group: AppGroup }): JSX.Element {
  const open = query.value !== '' || !collapsed.value.includes(group.category);
  const toggled = (event: Event): void => {
    const isOpen = (event.currentTarget as HTMLDetailsElement).open;
    if (query.value !== '' || isOpen === open) return;
    setCollapsed(group.category, !isOpen);
  };
  return (
    <details class="group" open={open} onToggle={toggled}>
      <summary>
        <Icon name="chevron" />
        <h2 class="group-name">{group.category}</h2>
        <span class="muted">{group.apps.length}</span>
      </summary>
      <div class="cards">
        {group.apps.map((app) => (
          <AppCard key={app.id} app={app} />
        ))}
      </div>
    </details>
  );
}

function NoApps(): JSX.Element {
  const isAdmin = me.value?.role === 'admin';
  return (
    <Empty icon="apps" title="There are no apps yet">
      {isAdmin ? (
        <>
          <p>Add the first one, or start Sortie with a seed file to load several at once.</p>
          <a class="button primary" href="/admin/apps/new">
            Add an app
          </a>
        </>
      ) : (
        <p>Ask an administrator to add one, or to approve one for you.</p>
      )}
    </Empty>
  );
}
