import { stringify } from 'csv-stringify/sync';
import type { AuditEntry, ExportFormat } from '#shared/contracts/audit.js';

/** An entry with the name of who did it, if there is one. */
export type NamedEntry = AuditEntry & { user_name?: string };

export const EXPORT_TYPES: Readonly<Record<ExportFormat, string>> = {
  csv: 'text/csv',
  ndjson: 'application/x-ndjson',
};

const COLUMNS = [
  ...['id', 'timestamp', 'user', 'user_name', 'action', 'resource_type', 'resource_id'],
  ...['outcome', 'ip_address', 'user_agent', 'details', 'sequence'],
] as const;
/** What a spreadsheet takes for a formula (OWASP, CSV injection): also in full width, and behind blanks that it passes over. */
const FORMULA = /^[\s\p{Cc}]*[=+\-@\uff0b\uff0d\uff1d\uff20]|^[\t\r\n]/u;

const defused = (text: string): string => (FORMULA.test(text) ? `'${text}` : text);

/** What a file of entries begins with. */
export const exportHeader = (format: ExportFormat): string =>
  format === 'csv' ? csv([[...COLUMNS]]) : '';

/** Entries as lines of a file: RFC 4180 with every field in quotes and no formula in any, or JSON. */
export function exportText(format: ExportFormat, entries: readonly NamedEntry[]): string {
  if (format === 'ndjson') return entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');
  return csv(
    entries.map(({ details, ...entry }) => {
      const fields: Record<string, unknown> = { ...entry, details: JSON.stringify(details) };
      return COLUMNS.map((column) => fields[column] ?? '');
    }),
  );
}

const csv = (records: unknown[][]): string =>
  stringify(records, {
    record_delimiter: 'windows',
    quoted: true,
    quoted_empty: true,
    cast: { string: defused },
  });
