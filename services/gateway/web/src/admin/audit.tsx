import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import type { AuditFilter } from '../api-types.js';
import { api } from '../api.js';
import { usePages } from '../pages.js';
import { Icon } from '../parts/icons.js';
import { Empty, LoadMore, Loading, Trouble } from '../parts/states.js';
import { useNews, useResource } from '../resource.js';
import { userIdOf } from '../user-names.js';
import { adminApi } from './admin-api.js';
import { AuditFilters } from './audit-filters.js';
import { AuditRow } from './audit-row.js';
import { AuditTimeline } from './audit-timeline.js';

/** Who did what and when, newest first. */
export function AuditScreen(): JSX.Element {
  const filter = useSignal<AuditFilter>({});
  const turn = useSignal(0);
  const set = (next: AuditFilter): void => {
    filter.value = next;
    turn.value += 1;
  };
  const found = useResource(async () => (await adminApi.users()).users, '', ['identity']);
  const users = found.value.value ?? [];
  const asked = { ...filter.value, user: userIdOf(filter.value.user ?? '', users) };
  return (
    <>
      <AuditFilters
        key={turn.value}
        filter={filter.value}
        users={users}
        apply={(next) => (filter.value = next)}
        clear={() => set({})}
      />
      <AuditTimeline filter={asked} onPick={(span) => set({ ...filter.value, ...span })} />
      <Trail filter={asked} />
    </>
  );
}

function Trail({ filter }: { filter: AuditFilter }): JSX.Element {
  const news = useSignal(false);
  const trail = usePages(async (cursor) => {
    const page = await api.audit(filter, cursor);
    return { items: page.entries, next: page.next_cursor };
  }, JSON.stringify(filter));
  useNews(['audit'], () => (news.value = true));
  const refresh = (): void => {
    news.value = false;
    void trail.refresh();
  };

  const entries = trail.items.value;
  if (trail.problem.value) return <Trouble problem={trail.problem.value} retry={refresh} />;
  if (!entries) return <Loading what="Reading the audit trail" />;
  return (
    <>
      <div class="bar">
        <div role="status">
          {news.value && (
            <button type="button" class="button small" onClick={refresh}>
              <Icon name="refresh" /> Something new happened: show it
            </button>
          )}
        </div>
        <Exports filter={filter} />
      </div>
      {entries.length === 0 ? (
        <Empty icon="search" title="Nothing fits this filter">
          <p>Take something out of it, or go further back.</p>
        </Empty>
      ) : (
        <div class="table-box" tabIndex={0} role="region" aria-label="Audit trail">
          <table class="audit stacking">
            <thead>
              <tr>
                <th scope="col">When</th>
                <th scope="col">Who</th>
                <th scope="col">Action</th>
                <th scope="col">On</th>
                <th scope="col">Outcome</th>
                <th scope="col">
                  <span class="unseen">Details</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {entries.map((entry) => (
                <AuditRow key={entry.id} entry={entry} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      <LoadMore
        shown={trail.next.value !== undefined}
        busy={trail.busy.value}
        onMore={() => void trail.more()}
      />
    </>
  );
}

function Exports({ filter }: { filter: AuditFilter }): JSX.Element {
  return (
    <p class="exports">
      <span class="muted">Take these entries along:</span>
      {(['csv', 'ndjson'] as const).map((format) => (
        <a
          key={format}
          class="button small"
          href={adminApi.exportAddress(filter, format)}
          download={`sortie-audit.${format}`}
          aria-label={`Export as ${format.toUpperCase()}`}
        >
          {format.toUpperCase()}
        </a>
      ))}
    </p>
  );
}
