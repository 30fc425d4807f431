import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useId } from 'preact/hooks';
import type { AuditEntry } from '../api-types.js';
import { apps } from '../catalog.js';
import { readDetails, sayField } from '../changes.js';
import { nowMs } from '../clock.js';
import { Icon } from '../parts/icons.js';
import { sayExactly, sayWhen } from '../times.js';
import { ChangeList } from './change-list.js';

/** One entry of the audit trail; its details open below it. */
export function AuditRow({ entry }: { entry: AuditEntry }): JSX.Element {
  const open = useSignal(false);
  const id = useId();
  const refused = entry.outcome === 'refused';
  return (
    <>
      <tr class={open.value ? 'opened' : ''}>
        <td title={sayExactly(entry.timestamp)}>
          <time dateTime={entry.timestamp}>{sayWhen(entry.timestamp, nowMs.value)}</time>
        </td>
        <td data-label="Who">{entry.user_name ?? entry.user}</td>
        <td data-label="Action" title={entry.action}>
          {sayField(entry.action)}
        </td>
        <td data-label="On">{sayTarget(entry)}</td>
        <td data-label="Outcome">
          <span class={`chip ${refused ? 'chip-failed' : ''}`}>{refused ? 'Refused' : 'Done'}</span>
        </td>
        <td class="end">
          <button
            type="button"
            class="button quiet small icon-only unfold"
            aria-expanded={open.value}
            aria-controls={id}
            onClick={() => (open.value = !open.value)}
          >
            <Icon name="chevron" />
            <span class="unseen">
              Details of {sayField(entry.action)}, entry {entry.sequence}
            </span>
          </button>
        </td>
      </tr>
      <tr id={id} hidden={!open.value} class="details-row">
        <td colSpan={6}>{open.value && <Details entry={entry} />}</td>
      </tr>
    </>
  );
}

function Details({ entry }: { entry: AuditEntry }): JSX.Element {
  const { changes, facts } = readDetails(entry.details);
  const all = [
    ...facts,
    { field: 'Time', value: sayExactly(entry.timestamp) },
    { field: 'User id', value: entry.user },
    {
      field: 'Resource',
      value: [entry.resource_type, entry.resource_id].filter(Boolean).join(' '),
    },
    { field: 'Address', value: entry.ip_address },
    { field: 'Browser', value: entry.user_agent },
    { field: 'Place in the log', value: String(entry.sequence) },
  ].filter(({ value }) => value);
  return (
    <div class="details">
      <ChangeList changes={changes} />
      <dl>
        {all.map(({ field, value }) => (
          <div key={field}>
            <dt>{field}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

function sayTarget(entry: AuditEntry): string {
  const { name, app_name: appName, app_id: appId } = entry.details;
  const inCatalogue = apps.value?.find((app) => app.id === appId)?.name;
  const known = [name, appName, inCatalogue].find((text) => typeof text === 'string' && text);
  return typeof known === 'string' ? known : sayField(entry.resource_type);
}
