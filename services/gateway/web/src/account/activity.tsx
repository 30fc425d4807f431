import type { JSX } from 'preact';
import { me } from '../account.js';
import { api } from '../api.js';
import type { AuditEntry } from '../api-types.js';
import { apps } from '../catalog.js';
import { sayField } from '../changes.js';
import { nowMs } from '../clock.js';
import { usePages } from '../pages.js';
import { Icon } from '../parts/icons.js';
import { Empty, LoadMore, Loading, Trouble } from '../parts/states.js';
import { useNews } from '../resource.js';
import { sayExactly, sayWhen } from '../times.js';

/** What the person did, and what others did to them or their sessions. */
export function ActivityPanel(): JSX.Element {
  const trail = usePages(async (cursor) => {
    const page = await api.myTrail(cursor);
    return { items: page.entries, next: page.next_cursor };
  }, '');
  useNews(['session', 'sharing', 'access'], () => void trail.refresh());
  const { items, problem } = trail;
  if (problem.value) return <Trouble problem={problem.value} retry={() => void trail.refresh()} />;
  if (!items.value) return <Loading what="Loading what happened" />;
  if (items.value.length === 0) return <Empty icon="clock" title="Nothing has happened yet" />;
  return (
    <>
      <p class="lead">
        What you did, and what others did to you or your sessions, as the audit trail has it.
      </p>
      <ol class="rows trail">
        {items.value.map((entry) => (
          <Row key={entry.id} entry={entry} />
        ))}
      </ol>
      <LoadMore
        shown={trail.next.value !== undefined}
        busy={trail.busy.value}
        onMore={() => void trail.more()}
      />
    </>
  );
}

function Row({ entry }: { entry: AuditEntry }): JSX.Element {
  const own = entry.user === me.value?.id;
  const refused = entry.outcome === 'refused';
  return (
    <li class="row">
      <span class={`row-icon ${refused ? 'row-icon-bad' : ''}`}>
        <Icon name={refused ? 'close' : own ? 'check' : 'people'} />
      </span>
      <div class="row-text">
        <p class="row-name">
          {sayField(entry.action)}
          {refused && <span class="chip chip-failed">Refused</span>}
        </p>
        <p class="muted tabular">
          {[own ? 'You' : entry.user_name || entry.user, sayTarget(entry), entry.ip_address]
            .filter(Boolean)
            .join(', ')}
        </p>
      </div>
      <time class="muted" dateTime={entry.timestamp} title={sayExactly(entry.timestamp)}>
        {sayWhen(entry.timestamp, nowMs.value)}
      </time>
    </li>
  );
}

function sayTarget(entry: AuditEntry): string {
  const { name, app_name: appName, app_id: appId } = entry.details;
  const inCatalogue = apps.value?.find((app) => app.id === appId)?.name;
  const known = [name, appName, inCatalogue].find((text) => typeof text === 'string' && text);
  return typeof known === 'string' ? known : '';
}
