import type {
  Runtime,
  RuntimeDriver,
  RuntimeSpec,
  StartListener,
} from '#services/session/adapters/runtime-driver.js';
import { until } from './waits.js';

const MB = 1_000_000;

/** The image of one start on its way. */
type Fetch = Readonly<{ tell: StartListener; arrive: () => void }>;

/** Images that come when a test says so, for a driver that has no images: a start waits for its own, and then is real. */
export class FetchedImages {
  readonly #fetches: Fetch[] = [];

  /** The driver, with the images in front of its starts. */
  inFrontOf(driver: RuntimeDriver): RuntimeDriver {
    const start = async (
      spec: RuntimeSpec,
      signal: AbortSignal,
      onProgress?: StartListener,
    ): Promise<Runtime> => {
      await this.#fetch(signal, onProgress ?? (() => undefined));
      return driver.start(spec, signal, onProgress);
    };
    return {
      start,
      inspect: (id) => driver.inspect(id),
      stop: (id) => driver.stop(id),
      list: () => driver.list(),
      onExit: (listener) => driver.onExit(listener),
      close: () => driver.close(),
    };
  }

  /** Says how much of the image is there that is asked for now. */
  async tell(megabytes: number, totalMegabytes: number): Promise<void> {
    const { tell } = await this.#current();
    tell({ step: 'image', done: megabytes * MB, total: totalMegabytes * MB });
  }

  /** Waits until no start waits any more: one that was ended goes away a moment later. */
  async nobodyWaits(): Promise<void> {
    await until('every start has ended', () => this.#fetches.length === 0);
  }

  /** Lets the start go on that waits for its image. */
  async arrive(): Promise<void> {
    (await this.#current()).arrive();
  }

  #fetch(signal: AbortSignal, tell: StartListener): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (end: () => void): void => {
        const place = this.#fetches.indexOf(fetch);
        // One that has arrived may be ended later, when another one is on its way.
        if (place >= 0) this.#fetches.splice(place, 1);
        end();
      };
      const fetch: Fetch = { tell, arrive: () => settle(resolve) };
      signal.addEventListener('abort', () => settle(() => reject(signal.reason as Error)), {
        once: true,
      });
      this.#fetches.push(fetch);
    });
  }

  #current = (): Promise<Fetch> => until('a start asks for its image', () => this.#fetches[0]);
}
