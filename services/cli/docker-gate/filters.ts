import { z } from 'zod';
import { INSTALLATION_LABEL, text } from './ownership.js';
import { readAs, Refusal } from './refusal.js';

const VALUES_MAX = 64;
const values = z.union([
  z.array(text()).max(VALUES_MAX),
  // The older way to write the same.
  z.record(text(), z.literal(true)).transform((set) => Object.keys(set)),
]);

/** What lists and events may be filtered by; each filter only makes an answer smaller. */
const known = z
  .strictObject({
    label: values,
    name: values,
    id: values,
    status: values,
    type: values,
    event: values,
    container: values,
    volume: values,
    driver: values,
    dangling: values,
  })
  .partial();

/** The filters as they were asked for, and this installation's label with them. Throws {@link Refusal}. */
export function ownFilters(asked: string | undefined, installation: string): string {
  const filters = readAs(known, parsed(asked), 'filters');
  const label = [`${INSTALLATION_LABEL}=${installation}`, ...(filters.label ?? [])];
  return JSON.stringify({ ...filters, label });
}

function parsed(asked: string | undefined): unknown {
  if (asked === undefined || asked === '') return {};
  try {
    return JSON.parse(asked);
  } catch {
    throw new Refusal('the filters are no JSON.');
  }
}
