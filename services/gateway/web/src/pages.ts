import { type Signal, useSignal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { mergeNewest } from './collections.js';
import { type Problem, asProblem } from './problem.js';

export interface Page<T> {
  items: T[];
  next: string | undefined;
}

export interface Pages<T> {
  items: Signal<T[] | undefined>;
  next: Signal<string | undefined>;
  problem: Signal<Problem | undefined>;
  busy: Signal<boolean>;
  more: () => Promise<void>;
  refresh: () => Promise<void>;
}

/** Reads a list page by page, newest first: `more` appends older items, `refresh` puts newer ones in front. */
export function usePages<T extends { id: string | number }>(
  load: (cursor?: string) => Promise<Page<T>>,
  key: string,
): Pages<T> {
  const items = useSignal<T[] | undefined>(undefined);
  const next = useSignal<string | undefined>(undefined);
  const problem = useSignal<Problem | undefined>(undefined);
  const busy = useSignal(false);
  const turn = useRef(0);
  const latest = useRef(load);
  latest.current = load;

  const read = async (take: (page: Page<T>) => void, cursor?: string): Promise<void> => {
    const mine = turn.current;
    busy.value = true;
    try {
      const page = await latest.current(cursor);
      if (mine !== turn.current) return;
      take(page);
      problem.value = undefined;
    } catch (thrown) {
      if (mine === turn.current) problem.value = asProblem(thrown);
    } finally {
      if (mine === turn.current) busy.value = false;
    }
  };
  const first = (page: Page<T>): void => {
    if (items.value === undefined) next.value = page.next;
    items.value = mergeNewest(page.items, items.value ?? []);
  };
  const older = (page: Page<T>): void => {
    next.value = page.next;
    items.value = mergeNewest(items.value ?? [], page.items);
  };

  // Not after the next picture: that would show the list of the key before as if it were this one's.
  useLayoutEffect(() => {
    turn.current += 1;
    items.value = undefined;
    void read(first);
    return () => void (turn.current += 1);
  }, [key]);

  return {
    items,
    next,
    problem,
    busy,
    more: () => read(older, next.value),
    refresh: () => read(first),
  };
}
