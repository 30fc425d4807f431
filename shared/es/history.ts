import type { RecordedEvent, Sequence } from './commit.js';
import { nodeOf, OPEN_NODE } from './interval-nodes.js';
import { foldedModel, type ReadModel, type Row } from './read-model.js';
import { storableRow, storableText } from './storable-text.js';

/** The past of a read model: a read model of its own that keeps every row that the other ever had, and since when. */
export type History = Readonly<{
  /** The read model whose past it is. */
  of: ReadModel;
  /** Columns of that read model that the table has as columns too, beside the key: what lists are filtered and sorted by. */
  columns: readonly string[];
  /** One of them that hardly ever is less than it was in rows before, as a time is: lists of the newest begin near its end. */
  rising: string | undefined;
  /** The events whose changes it does not know. */
  leavesOut: (event: RecordedEvent) => boolean;
  model: ReadModel;
}>;

type Declared = Readonly<{
  columns?: readonly string[];
  rising?: string;
  /** Events whose changes are not kept: there are too many of them for what they tell. */
  leavesOut?: (event: RecordedEvent) => boolean;
}>;

/** How a row was from `sequence` on, up to the next version of the same key: as JSON, or null for not at all. */
type Version = Row &
  Readonly<{
    entry: string;
    row_key: string;
    sequence: Sequence;
    state: string | null;
    node: null;
  }>;

/**
 * From `sequence` on and before `until` there was a row of that key, and its columns were these: where lists start from,
 * because an index on them can tell without looking at the versions. `node` is for finding what there was at a moment.
 */
type Phase = Row &
  Readonly<{ entry: string; row_key: string; sequence: Sequence; until: Sequence; node: number }>;

/** Raise it when all histories would come out differently. */
const HISTORY_VERSION = 1;
const VERSIONS_MAX = 1_000;

/** The end of a phase that goes on. */
const OPEN = Number.MAX_SAFE_INTEGER;

/** Where the newest version and the last phase of a key are, so that they are found without knowing their sequence. */
const newestOf = (key: string): string => `=${key}`;
const lastOf = (key: string): string => `~${key}`;
/** Where the highest value of the rising column is. */
const HIGHEST = '^';

/**
 * Declares the history of a read model with rows: the table `<table>_history`, folded with the same `project`. It costs
 * one row for each time that a row comes out differently, and one more when it comes, or one of the columns changes.
 */
export function historyOf(of: ReadModel, declared: Declared = {}): History {
  const { columns = [], rising, leavesOut = () => false } = declared;
  const isKept = (event: RecordedEvent): boolean => !leavesOut(event);
  const keysOf = (event: RecordedEvent): string[] => of.keysOf(event).map(storableText);
  const model = foldedModel({
    table: `${of.table}_history`,
    version: HISTORY_VERSION * VERSIONS_MAX + of.version,
    key: 'entry',
    ...(of.of !== undefined && { of: of.of }),
    ...(of.newer && { newer: of.newer }),
    folding: {
      needs: [],
      needsOf: (events) => {
        const keys = [...new Set(events.filter(isKept).flatMap(keysOf))];
        return [...(rising ? [HIGHEST] : []), ...keys.flatMap((k) => [newestOf(k), lastOf(k)])];
      },
      fold(rows, events) {
        const entries = new Entries(rows, { columns, rising });
        for (const event of events.filter(isKept)) {
          for (const key of keysOf(event)) {
            entries.change(key, event.sequence, (row) => of.project(row, event, key));
          }
        }
        return entries.changed();
      },
    },
  });
  return { of, columns, rising, leavesOut, model };
}

/** The entries that some events change. */
class Entries {
  readonly #rows: ReadonlyMap<string, Row>;
  readonly #columns: readonly string[];
  readonly #rising: string | undefined;
  #highest: string;
  readonly #versions = new Map<string, Version>();
  readonly #phases = new Map<string, Phase>();
  readonly #older: Row[] = [];

  constructor(rows: ReadonlyMap<string, Row>, of: Pick<History, 'columns' | 'rising'>) {
    this.#rows = rows;
    this.#columns = of.columns;
    this.#rising = of.rising;
    this.#highest = String(rows.get(HIGHEST)?.['state'] ?? '');
  }

  change(key: string, sequence: Sequence, project: (row: Row | undefined) => Row | undefined) {
    const newest = this.#newest(key);
    const was = newest?.state ? (JSON.parse(newest.state) as Row) : undefined;
    const is = storableRow(project(was));
    const state = is === undefined ? null : JSON.stringify(is);
    if (state === (newest?.state ?? null)) return;
    // Of what one commit did, only the outcome ever was.
    if (newest && newest.sequence !== sequence) {
      this.#older.push({ ...newest, entry: `${newest.sequence}=${key}` });
    }
    const place = { entry: newestOf(key), row_key: key, sequence };
    const nothing = Object.fromEntries(this.#columns.map((column) => [column, null]));
    this.#versions.set(key, { ...place, until: null, node: null, state, ...nothing });
    if (!this.#isLike(was, is)) this.#turn(key, sequence, is);
  }

  #newest = (key: string): Version | undefined =>
    this.#versions.get(key) ?? (this.#rows.get(newestOf(key)) as Version | undefined);

  /** Compared as the rows have them: a database may write a column in another way. */
  #isLike = (was: Row | undefined, is: Row | undefined): boolean =>
    was !== undefined && is !== undefined && this.#columns.every((name) => was[name] === is[name]);

  /** Ends the phase of a key, and begins another one where there is a row. */
  #turn(key: string, sequence: Sequence, row: Row | undefined): void {
    const last = this.#phases.get(key) ?? (this.#rows.get(lastOf(key)) as Phase | undefined);
    const ended = last && endedAt(last, sequence);
    const place = { entry: lastOf(key), row_key: key, state: null };
    const own = Object.fromEntries(this.#columns.map((name) => [name, row?.[name] ?? null]));
    if (row) {
      if (ended && ended.until > ended.sequence) {
        this.#older.push({ ...ended, entry: `${ended.sequence}~${key}` });
      }
      const began = { ...place, sequence, until: OPEN, node: OPEN_NODE, ...own };
      this.#phases.set(key, { ...began, ...this.#reachedBy(row) });
    } else if (ended) {
      this.#phases.set(key, ended);
    }
  }

  /** The highest value of the rising column by then: no row that began before has more. */
  #reachedBy(row: Row): Row {
    if (this.#rising === undefined) return {};
    const value = String(row[this.#rising]);
    if (value > this.#highest) this.#highest = value;
    return { reached: this.#highest };
  }

  changed(): Row[] {
    const highest = { entry: HIGHEST, row_key: '', sequence: 0, state: this.#highest };
    return [
      ...[...this.#older, ...this.#versions.values(), ...this.#phases.values()],
      ...(this.#rising !== undefined && this.#highest !== '' ? [highest] : []),
    ];
  }
}

/** A phase that began in the same commit never was: it ends before it begins, and no moment finds it. */
function endedAt(phase: Phase, sequence: Sequence): Phase {
  if (phase.until !== OPEN) return phase;
  const isEmpty = phase.sequence === sequence;
  const node = isEmpty ? OPEN_NODE : nodeOf(phase.sequence, sequence - 1);
  return { ...phase, until: sequence, node };
}
