import type { RecordedEvent, Sequence } from './commit.js';
import type { ReadModel, Row } from './read-model.js';
import type { ReadModelStore, RowChanges } from './read-model-store.js';

type Touch = Readonly<{ key: string; event: RecordedEvent }>;

/** An event that a read model can't apply; the message names both. */
export class ProjectionError extends Error {
  override readonly name = 'ProjectionError';
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
  const touches: Touch[] = events.flatMap((event) =>
    model.keysOf(event).map((key) => ({ key, event })),
  );
  const rows = new Map<string, Row | undefined>();
  if (model.kind === 'rows' && touches.length > 0) {
    const keys = [...new Set(touches.map(({ key }) => key))];
    for (const row of await store.rows(model, target.table, keys)) {
      rows.set(String(row[model.key]), row);
    }
  }
  for (const { key, event } of touches) rows.set(key, applied(model, rows.get(key), event, key));
  const puts = [...rows.values()].filter((row) => row !== undefined);
  const deletes = [...rows].flatMap(([key, row]) => (row === undefined ? [key] : []));
  return { model, puts, deletes, ...target };
}

function applied(model: ReadModel, row: Row | undefined, event: RecordedEvent, key: string) {
  try {
    return model.project(row, event, key);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ProjectionError(
      `${model.table} can't apply ${event.cloud.type} at sequence ${event.sequence}: ${why}`,
      { cause },
    );
  }
}
