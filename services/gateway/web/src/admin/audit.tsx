import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import type { AuditFilter, User } from '../api-types.js';
import { api } from '../api.js';
import { usePages } from '../pages.js';
import { Field, formText } from '../parts/field.js';
import { Icon } from '../parts/icons.js';
import { Empty, LoadMore, Loading, Trouble } from '../parts/states.js';
import { useNews, useResource } from '../resource.js';
import { isoFromLocal } from '../times.js';
import { userIdOf } from '../user-names.js';
import { AuditRow } from './audit-row.js';
import { AUDIT_ACTIONS } from './words.js';

/** Who did what and when, newest first. */
export function AuditScreen(): JSX.Element {
  const filter = useSignal<AuditFilter>({});
  const found = useResource(async () => (await api.users()).users, '', ['identity']);
  const users = found.value.value ?? [];
  const user = userIdOf(filter.value.user ?? '', users);
  return (
    <>
      <Filters users={users} apply={(next) => (filter.value = next)} />
      <Trail filter={{ ...filter.value, user }} />
    </>
  );
}

function Filters(props: {
  users: readonly User[];
  apply: (filter: AuditFilter) => void;
}): JSX.Element {
  const form = useRef<HTMLFormElement>(null);
  const read = (event?: Event): void => {
    event?.preventDefault();
    if (!form.current) return;
    const text = (name: string): string => formText(form.current as HTMLFormElement, name).trim();
    props.apply({
      user: text('user'),
      action: text('action'),
      since: isoFromLocal(text('since')),
    });
  };
  const clear = (): void => {
    form.current?.reset();
    read();
  };
  return (
    <form
      ref={form}
      class="filters"
      role="search"
      aria-label="Filter the audit trail"
      onSubmit={read}
      onChange={read}
    >
      <Field label="User">
        <input
          name="user"
          placeholder="Anyone"
          list="audit-users"
          autocomplete="off"
          spellcheck={false}
        />
      </Field>
      <datalist id="audit-users">
        {props.users.map(({ id, name }) => (
          <option key={id} value={name} />
        ))}
      </datalist>
      <Field label="Action">
        <input
          name="action"
          placeholder="Anything"
          list="audit-actions"
          autocomplete="off"
          spellcheck={false}
        />
      </Field>
      <datalist id="audit-actions">
        {AUDIT_ACTIONS.map((action) => (
          <option key={action} value={action} />
        ))}
      </datalist>
      <Field label="Since">
        <input name="since" type="datetime-local" />
      </Field>
      <button type="button" class="button quiet" onClick={clear}>
        Clear
      </button>
    </form>
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
      <div class="bar" role="status">
        {news.value && (
          <button type="button" class="button small" onClick={refresh}>
            <Icon name="refresh" /> Something new happened: show it
          </button>
        )}
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
