const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const UNITS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', DAY_MS],
  ['hour', HOUR_MS],
  ['minute', MINUTE_MS],
];

/** Says how long ago (or ahead) a moment is: 'just now', '3 minutes ago', 'yesterday'; after a week, the date. */
export function sayWhen(iso: string, nowMs: number, locale?: string): string {
  const atMs = Date.parse(iso);
  if (Number.isNaN(atMs)) return '';
  const away = atMs - nowMs;
  if (Math.abs(away) >= 7 * DAY_MS) return sayDate(iso, locale);
  const unit = UNITS.find(([, ms]) => Math.abs(away) >= ms);
  if (!unit) return 'just now';
  return new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }).format(
    Math.trunc(away / unit[1]),
    unit[0],
  );
}

/** Gives the date and time in the reader's own zone, with the seconds an investigator needs. */
export function sayExactly(iso: string, locale?: string): string {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return iso;
  return new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'medium' }).format(at);
}

/** Says what is left of a duration: '2 h 05 min', '12 min', '45 s', or '' when there is no end. */
export function sayLeft(untilIso: string | null | undefined, nowMs: number): string {
  if (!untilIso) return '';
  const untilMs = Date.parse(untilIso);
  return Number.isNaN(untilMs) ? '' : sayDuration(Math.max(0, untilMs - nowMs));
}

/** Says a duration in the two largest units that matter. */
export function sayDuration(ms: number): string {
  if (ms < MINUTE_MS) return `${Math.floor(ms / SECOND_MS)} s`;
  if (ms < HOUR_MS) return `${Math.floor(ms / MINUTE_MS)} min`;
  if (ms < DAY_MS) {
    const minutes = Math.floor((ms % HOUR_MS) / MINUTE_MS);
    return `${Math.floor(ms / HOUR_MS)} h ${String(minutes).padStart(2, '0')} min`;
  }
  return `${Math.floor(ms / DAY_MS)} d ${Math.floor((ms % DAY_MS) / HOUR_MS)} h`;
}

/** Turns the value of a datetime-local field (the reader's zone) into an ISO moment; '' stays ''. */
export function isoFromLocal(local: string): string {
  const at = new Date(local);
  return local === '' || Number.isNaN(at.getTime()) ? '' : at.toISOString();
}

/** Turns an ISO moment into the value of a datetime-local field, in the reader's zone; '' stays ''. */
export function localFromIso(iso = ''): string {
  const at = new Date(iso);
  if (iso === '' || Number.isNaN(at.getTime())) return '';
  const two = (part: number): string => String(part).padStart(2, '0');
  const day = [at.getFullYear(), two(at.getMonth() + 1), two(at.getDate())].join('-');
  return `${day}T${two(at.getHours())}:${two(at.getMinutes())}`;
}

function sayDate(iso: string, locale?: string): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: 'medium' }).format(new Date(iso));
}
