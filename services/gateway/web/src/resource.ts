import { type Signal, useSignal } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { type Topic, onNews } from './live.js';
import { type Problem, asProblem } from './problem.js';

const NEWS_SOON_MS = 60;
const NEWS_LATER_MS = 1_000;
const NO_TOPICS: readonly Topic[] = [];

export interface Resource<T> {
  value: Signal<T | undefined>;
  problem: Signal<Problem | undefined>;
  reload: () => Promise<void>;
}

/** Loads something when the component appears or `key` changes, and again on news of `topics`. */
export function useResource<T>(
  load: () => Promise<T>,
  key: string,
  topics = NO_TOPICS,
): Resource<T> {
  const value = useSignal<T | undefined>(undefined);
  const problem = useSignal<Problem | undefined>(undefined);
  const turn = useRef(0);
  const reload = async (): Promise<void> => {
    const mine = (turn.current += 1);
    try {
      const loaded = await load();
      if (mine !== turn.current) return;
      value.value = loaded;
      problem.value = undefined;
    } catch (thrown) {
      if (mine === turn.current) problem.value = asProblem(thrown);
    }
  };
  const latest = useRef(reload);
  latest.current = reload;
  // Not after the next picture: that would show what was loaded for the key before as if it were this one's.
  useLayoutEffect(() => {
    value.value = undefined;
    void latest.current();
    return () => void (turn.current += 1);
  }, [key]);
  useNews(topics, () => void latest.current());
  return { value, problem, reload: () => latest.current() };
}

/** Calls back on news of `topics`, once for a burst. */
export function useNews(topics: readonly Topic[], callback: () => void): void {
  const latest = useRef(callback);
  latest.current = callback;
  useEffect(() => {
    if (topics.length === 0) return undefined;
    return onBurst(topics, () => latest.current());
  }, [topics.join()]);
}

/**
 * Follows news of `topics`: soon after the first of a burst, and once more a second later, because news come from the
 * log and may overtake the read model that a reload asks.
 */
export function onBurst(topics: readonly Topic[], callback: () => void): () => void {
  let soon: ReturnType<typeof setTimeout> | undefined;
  let later: ReturnType<typeof setTimeout> | undefined;
  const stop = onNews(topics, () => {
    clearTimeout(later);
    later = setTimeout(callback, NEWS_LATER_MS);
    soon ??= setTimeout(() => {
      soon = undefined;
      callback();
    }, NEWS_SOON_MS);
  });
  return () => {
    stop();
    clearTimeout(soon);
    clearTimeout(later);
  };
}
