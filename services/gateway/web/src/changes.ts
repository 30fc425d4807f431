import type { App } from './api-types.js';

export interface Change {
  field: string;
  from: string;
  to: string;
}

export interface ReadableDetails {
  changes: Change[];
  facts: { field: string; value: string }[];
}

const APP_FIELDS = [
  'name',
  'description',
  'url',
  'icon',
  'category',
  'visibility',
  'launch_type',
  'container_image',
] as const satisfies readonly (keyof App)[];

/** Splits an audit entry's details into changes (from, to) and the other facts, all as text. */
export function readDetails(details: Readonly<Record<string, unknown>>): ReadableDetails {
  const { changes, ...rest } = details;
  return {
    changes: Object.entries(asRecord(changes)).map(([field, change]) => ({
      field: sayField(field),
      from: sayValue(asRecord(change)['from']),
      to: sayValue(asRecord(change)['to']),
    })),
    facts: Object.entries(rest).map(([field, value]) => ({
      field: sayField(field),
      value: sayValue(value),
    })),
  };
}

/** Lists the fields in which two versions of an app differ. */
export function compareApps(mine: App, theirs: App): Change[] {
  return APP_FIELDS.filter((field) => (mine[field] ?? '') !== (theirs[field] ?? '')).map(
    (field) => ({
      field: sayField(field),
      from: sayValue(mine[field]),
      to: sayValue(theirs[field]),
    }),
  );
}

/** Says a machine's word in ours: 'CREATE_APP' and 'launch_type' become 'Create app' and 'Launch type'. */
export function sayField(field: string): string {
  const words = field.replaceAll('_', ' ').trim().toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function sayValue(value: unknown): string {
  if (value === undefined || value === null || value === '') return '(empty)';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
