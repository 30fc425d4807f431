import type { RecordedEvent, Sequence } from './commit.js';
import type { ReadModel, Row, SqlValue } from './read-model.js';
import type { ReadModelStore, RowChanges } from './read-model-store.js';
import { isNewer } from './recorded-events.js';
import { storableText } from './storable-text.js';

type Touch = Readonly<{ key: string; event: RecordedEvent }>;

/** An event that a read model can't apply; the message names both. */
export class ProjectionError extends Error {
  override readonly name = 'ProjectionError';

  constructor(table: string, event: RecordedEvent, cause: unknown) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const { cloud, sequence } = event;
    super(`${table} can't apply ${cloud.type} at sequence ${sequence}: ${why}`, { cause });
  }
}

/**
 * Works out what a batch of events changes in one read model: the touched rows are loaded once, all events are
 * folded over them in memory, and only the outcome is written. Errors: {@link ProjectionError}.
 */
export async function foldBatch(
  store: Pick<ReadModelStore, 'rows'>,
  model: ReadModel,
  target: Readonly<{ table: string; checkpoint: Sequence }>,
  events: readonly RecordedEvent[],
): Promise<RowChanges> {
  if (model.folding)
    return foldTogether(store, { ...model, folding: model.folding }, target, events);
  const touches = events.flatMap((event) => touchesOf(model, event));
  const rows = new Map<string, Row | undefined>();
  if (model.kind === 'rows' && touches.length > 0) {
    const keys = [...new Set(touches.map(({ key }) => key))];
    for (const row of await store.rows(model, target.table, keys)) {
      rows.set(String(row[model.key]), row);
    }
  }
  for (const { key, event } of touches) rows.set(key, applied(model, rows.get(key), event, key));
  const puts: Row[] = [];
  const deletes: string[] = [];
  for (const [key, row] of rows) {
    if (row !== undefined) puts.push(row);
    // An event without a row in a journal leaves nothing to delete: its key is no row's number.
    else if (model.kind === 'rows') deletes.push(key);
  }
  return { model, puts, deletes, ...target };
}

async function foldTogether(
  store: Pick<ReadModelStore, 'rows'>,
  model: ReadModel & Required<Pick<ReadModel, 'folding'>>,
  target: Readonly<{ table: string; checkpoint: Sequence }>,
  events: readonly RecordedEvent[],
): Promise<RowChanges> {
  const unreadable = model.newer === 'kept' ? undefined : events.find(isNewer);
  if (unreadable) throw tooNew(model, unreadable);
  const [first] = events;
  if (!first) return { model, puts: [], deletes: [], ...target };
  const { needs, fold } = model.folding;
  const needed = await store.rows(model, target.table, needs);
  try {
    const puts = fold(new Map(needed.map((row) => [String(row[model.key]), row])), events);
    return { model, puts, deletes: [], ...target };
  } catch (cause) {
    // It can't say at which of them it stopped: whoever asked asks again, commit by commit.
    throw new ProjectionError(model.table, first, cause);
  }
}

const tooNew = (model: ReadModel, event: RecordedEvent): ProjectionError =>
  new ProjectionError(model.table, event, 'it is newer than this Sortie; upgrade it');

function touchesOf(model: ReadModel, event: RecordedEvent): Touch[] {
  if (isNewer(event) && model.newer !== 'kept') throw tooNew(model, event);
  try {
    return model.keysOf(event).map((key) => ({ key: storableText(key), event }));
  } catch (cause) {
    throw new ProjectionError(model.table, event, cause);
  }
}

function applied(model: ReadModel, row: Row | undefined, event: RecordedEvent, key: string) {
  try {
    return storableRow(model.project(row, event, key));
  } catch (cause) {
    throw new ProjectionError(model.table, event, cause);
  }
}

function storableRow(row: Row | undefined): Row | undefined {
  for (const column in row) {
    const value = row[column];
    // Hardly ever is there one that has to be copied.
    if (typeof value === 'string' && storableText(value) !== value) {
      return Object.fromEntries(Object.entries(row).map(([name, v]) => [name, storableValue(v)]));
    }
  }
  return row;
}

const storableValue = (value: SqlValue): SqlValue =>
  typeof value === 'string' ? storableText(value) : value;
