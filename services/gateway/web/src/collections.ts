const DAY_MS = 86_400_000;

/** Puts freshly read items in front of those read before; an item read twice keeps its fresh form. */
export function mergeNewest<T extends { id: string | number }>(
  fresh: readonly T[],
  before: readonly T[],
): T[] {
  const ids = new Set(fresh.map((item) => item.id));
  return [...fresh, ...before.filter((item) => !ids.has(item.id))];
}

/** Lists the last `count` days up to `nowMs` (UTC), each with its launches, zero where nothing is known. */
export function fillDays(
  days: readonly { day: string; launches: number }[],
  count: number,
  nowMs: number,
): { day: string; launches: number }[] {
  const known = new Map(days.map(({ day, launches }) => [day.slice(0, 10), launches]));
  return Array.from({ length: count }, (_, index) => {
    const day = new Date(nowMs - (count - 1 - index) * DAY_MS).toISOString().slice(0, 10);
    return { day, launches: known.get(day) ?? 0 };
  });
}

export interface Box {
  left: number;
  top: number;
}

/** Finds the card that an arrow key leads to: the next in reading order, or the nearest in the row above or below. */
export function nextCard(boxes: readonly Box[], from: number, key: string): number | undefined {
  const here = boxes[from];
  if (!here) return undefined;
  if (key === 'ArrowRight') return boxes[from + 1] && from + 1;
  if (key === 'ArrowLeft') return boxes[from - 1] && from - 1;
  if (key !== 'ArrowDown' && key !== 'ArrowUp') return undefined;
  const way = key === 'ArrowDown' ? 1 : -1;
  const ahead = boxes
    .map((box, index) => ({
      index,
      rows: (box.top - here.top) * way,
      columns: Math.abs(box.left - here.left),
    }))
    .filter(({ rows }) => rows > 0)
    .toSorted((one, other) => one.rows - other.rows || one.columns - other.columns);
  return ahead[0]?.index;
}
