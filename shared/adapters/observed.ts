import type { StorageObserver, StorageOperation } from './storage-observer.js';

/** Who hears of a service's operations, if anybody. */
export type Observing = Readonly<{ service: string; observer?: StorageObserver | undefined }>;

type What = Pick<StorageOperation, 'operation' | 'table'>;

/** Runs `work` and tells the observer how long it took and whether it worked. */
export async function observed<T>(
  observing: Observing,
  what: What,
  work: () => Promise<T>,
): Promise<T> {
  if (!observing.observer) return work();
  const tell = begin(observing, what);
  try {
    const result = await work();
    tell(true);
    return result;
  } catch (error) {
    tell(false);
    throw error;
  }
}

/** As {@link observed}, for work that is done when it returns. */
export function observedNow<T>(observing: Observing, what: What, work: () => T): T {
  if (!observing.observer) return work();
  const tell = begin(observing, what);
  try {
    const result = work();
    tell(true);
    return result;
  } catch (error) {
    tell(false);
    throw error;
  }
}

function begin({ service, observer }: Observing, what: What): (ok: boolean) => void {
  const started = performance.now();
  return (ok) => {
    const seconds = (performance.now() - started) / 1_000;
    observer?.onOperation({ service, ...what, seconds, ok });
  };
}
