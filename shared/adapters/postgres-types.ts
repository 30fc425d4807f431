import pg, { type CustomTypesConfig } from 'pg';

const { BOOL, INT2, INT4, INT8, NUMERIC, FLOAT4, FLOAT8, TIMESTAMPTZ } = pg.types.builtins;

/** `2026-11-20 10:00:00.123456+00`, in UTC because every connection asks for it. */
const TIME = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?\+00$/;
const MILLISECONDS = 3;

/** As SQLite's rows and the API have it: RFC 3339 in UTC with milliseconds. */
function timeOf(text: string): string {
  const [, day, time, fraction = ''] = TIME.exec(text) ?? [];
  if (day === undefined || time === undefined) throw new Error(`"${text}" is no time as asked for`);
  return `${day}T${time}.${fraction.slice(0, MILLISECONDS).padEnd(MILLISECONDS, '0')}Z`;
}

/** Counts and sums of them; beyond 2^53 a number would be another one. */
function numberOf(text: string): number {
  const number = Number(text);
  if (!Number.isNaN(number) && (!Number.isInteger(number) || Number.isSafeInteger(number))) {
    return number;
  }
  throw new Error(`${text} can't be read as a number`);
}

const PARSERS: Readonly<Record<number, (text: string) => unknown>> = {
  [BOOL]: (text) => text === 't',
  [INT2]: numberOf,
  [INT4]: numberOf,
  [INT8]: numberOf,
  [NUMERIC]: numberOf,
  [FLOAT4]: Number,
  [FLOAT8]: Number,
  [TIMESTAMPTZ]: timeOf,
};

const asText = (text: string): string => text;

/** How values come back: as in SQLite, whatever another user of pg in this process has set. */
export const typeParsers: CustomTypesConfig = {
  getTypeParser: ((oid: number) => PARSERS[oid] ?? asText) as CustomTypesConfig['getTypeParser'],
};
