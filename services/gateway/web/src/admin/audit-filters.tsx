import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import type { AuditFilter, User } from '../api-types.js';
import { Field, formText } from '../parts/field.js';
import { isoFromLocal, localFromIso } from '../times.js';
import { AUDIT_ACTIONS, AUDIT_OUTCOMES, AUDIT_RESOURCES } from './words.js';

interface AuditFiltersProps {
  filter: AuditFilter;
  users: readonly User[];
  apply: (filter: AuditFilter) => void;
  clear: () => void;
}

/**
 * What the trail may be narrowed to; each field counts as soon as it is left. What is being typed is the form's own:
 * a filter that comes from elsewhere needs another `key`.
 */
export function AuditFilters({ filter, users, apply, clear }: AuditFiltersProps): JSX.Element {
  const form = useRef<HTMLFormElement>(null);
  const read = (event: Event): void => {
    event.preventDefault();
    if (form.current) apply(readFilter(form.current));
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
      <div class="filters-words">
        <Field label="Words">
          <input
            name="q"
            type="search"
            placeholder="All of these words"
            maxLength={200}
            autocomplete="off"
            defaultValue={filter.q ?? ''}
          />
        </Field>
      </div>
      <Suggesting label="User" name="user" placeholder="Anyone" value={filter.user}>
        {users.map(({ name }) => name)}
      </Suggesting>
      <Suggesting label="Action" name="action" placeholder="Anything" value={filter.action}>
        {AUDIT_ACTIONS}
      </Suggesting>
      <Suggesting label="On" name="resource_type" placeholder="All" value={filter.resource_type}>
        {AUDIT_RESOURCES}
      </Suggesting>
      <Field label="Outcome">
        <select name="outcome">
          {AUDIT_OUTCOMES.map(([value, word]) => (
            <option key={value} value={value} selected={value === (filter.outcome ?? '')}>
              {word}
            </option>
          ))}
        </select>
      </Field>
      <Field label="Since">
        <input name="since" type="datetime-local" defaultValue={localFromIso(filter.since)} />
      </Field>
      <Field label="Until">
        <input name="until" type="datetime-local" defaultValue={localFromIso(filter.until)} />
      </Field>
      <div class="actions">
        <button type="button" class="button quiet" onClick={clear}>
          Clear
        </button>
        <button type="submit" class="button">
          Search
        </button>
      </div>
    </form>
  );
}

function Suggesting(props: {
  label: string;
  name: string;
  placeholder: string;
  value: string | undefined;
  children: readonly string[];
}): JSX.Element {
  const list = `audit-${props.name}`;
  return (
    <>
      <Field label={props.label}>
        <input
          name={props.name}
          placeholder={props.placeholder}
          list={list}
          autocomplete="off"
          spellcheck={false}
          defaultValue={props.value ?? ''}
        />
      </Field>
      <datalist id={list}>
        {props.children.map((value) => (
          <option key={value} value={value} />
        ))}
      </datalist>
    </>
  );
}

function readFilter(form: HTMLFormElement): AuditFilter {
  const text = (name: string): string => formText(form, name).trim();
  return {
    q: text('q'),
    user: text('user'),
    action: text('action'),
    resource_type: text('resource_type'),
    outcome: text('outcome'),
    since: isoFromLocal(text('since')),
    until: isoFromLocal(text('until')),
  };
}
