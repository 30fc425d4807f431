import { isOfService, type RecordedEvent, type Sequence } from './commit.js';
import type { ReadModel, Row } from './read-model.js';
import type { ReadModelStore, RowChanges } from './read-model-store.js';
import { isNewer } from './recorded-events.js';
import { storableRow, storableText } from './storable-text.js';

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
  const { of, folding } = model;
  const own = of === undefined ? events : events.filter((event) => isOfService(event, of));
  if (folding) return foldTogether(store, { ...model, folding }, target, own);
  const touches = own.flatMap((event) => touchesOf(model, event));
  const rows = await rowsBefore(store, model, target.table, touches);
  for (const { key, event } of touches) rows.set(key, applied(model, rows.get(key), event, key));
  const puts: Row[] = [];
  const deletes: string[] = [];
  for (const [key, row] of rows) {
    if (row !== undefined) puts.push(row);
    // An event without a row in a journal leaves nothing to delete: its key is no row's number.
    else if (model.kind === 'rows') deletes.push(key);
  }
  const leaving = leavingAt(model, events);
  return { model, puts, deletes, ...(leaving > 0 && { leaving }), ...target };
}

/** Numbers go on from the last row, so there always is one left: that of the event that makes the others go. */
function leavingAt({ leavesAt }: ReadModel, events: readonly RecordedEvent[]): Sequence {
  if (!leavesAt) return 0;
  return events.reduce(
    (through, event) =>
      isNewer(event)
        ? through
        : Math.max(through, Math.min(leavesAt(event) ?? 0, event.sequence - 1)),
    0,
  );
}

/** The rows that are touched, as they are; a journal's are new. */
async function rowsBefore(
  store: Pick<ReadModelStore, 'rows'>,
  model: ReadModel,
  table: string,
  touches: readonly Touch[],
): Promise<Map<string, Row | undefined>> {
  if (model.kind === 'journal' || touches.length === 0) return new Map();
  const keys = [...new Set(touches.map(({ key }) => key))];
  const rows = await store.rows(model, table, keys);
  return new Map(rows.map((row) => [String(row[model.key]), row]));
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
  const { needs, needsOf, fold } = model.folding;
  // It can't say at which of them it stopped: whoever asked asks again, commit by commit.
  const orStop = <T>(work: () => T): T => {
    try {
      return work();
    } catch (cause) {
      throw new ProjectionError(model.table, first, cause);
    }
  };
  const keys = orStop(() => [...needs, ...(needsOf?.(events) ?? [])]);
  const needed = keys.length > 0 ? await store.rows(model, target.table, keys) : [];
  const rows = new Map(needed.map((row) => [String(row[model.key]), row]));
  return { model, puts: orStop(() => fold(rows, events)), deletes: [], ...target };
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
