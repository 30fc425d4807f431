import { LRUCache } from 'lru-cache';
import type { RuntimeEndpoint } from '#shared/contracts/runtime-endpoint.js';
import { readPicture } from './frame-client.js';
import { encodePng } from './png.js';

/** A picture of a desktop as it was at `takenAt` (epoch milliseconds). */
export type Frame = Readonly<{ png: Buffer; takenAt: number }>;

export type FrameLimits = Readonly<{
  widthMax: number;
  heightMax: number;
  /** A desktop larger than this is not looked at. */
  pixelsMax: number;
  deadlineMs: number;
  /** For so long the same picture is good enough. */
  freshMs: number;
  /** Desktops that are looked at at the same time. */
  capturesMax: number;
  /** Memory for the last pictures, and for how long each is kept. */
  keptBytesMax: number;
  keptMs: number;
}>;

export const FRAME_LIMITS: FrameLimits = {
  ...{ widthMax: 480, heightMax: 960, pixelsMax: 16 * 1024 * 1024 },
  ...{ deadlineMs: 3_000, freshMs: 3_000, capturesMax: 4 },
  ...{ keptBytesMax: 32 * 1024 * 1024, keptMs: 15 * 60_000 },
};

/** So many desktops are being looked at that this one has to wait. */
export class FramesBusyError extends Error {
  override readonly name = 'FramesBusyError';
}

type Parts = Readonly<{
  limits?: Partial<FrameLimits>;
  /** Hears why a desktop could not be looked at. */
  onError: (error: unknown) => void;
}>;

/**
 * The last picture of each desktop, taken when somebody asks and the one before has grown old. Whoever asks at the same
 * time gets the same one.
 */
export class Frames {
  readonly #limits: FrameLimits;
  readonly #onError: (error: unknown) => void;
  readonly #kept: LRUCache<string, Frame>;
  readonly #underWay = new Map<string, Promise<Frame | undefined>>();

  constructor({ limits, onError }: Parts) {
    this.#limits = { ...FRAME_LIMITS, ...limits };
    this.#onError = onError;
    this.#kept = new LRUCache({
      maxSize: this.#limits.keptBytesMax,
      ttl: this.#limits.keptMs,
      sizeCalculation: ({ png }) => png.length,
    });
  }

  /**
   * A picture of a session's desktop; the last that was kept where it can't be looked at, as when it has ended (null).
   * Undefined when there is none. Errors: {@link FramesBusyError}.
   */
  async of(sessionId: string, endpoint: RuntimeEndpoint | null): Promise<Frame | undefined> {
    const kept = this.#kept.get(sessionId);
    const isFresh = kept !== undefined && Date.now() - kept.takenAt < this.#limits.freshMs;
    if (endpoint === null || isFresh) return kept;
    const taken = this.#underWay.get(sessionId) ?? this.#begin(sessionId, endpoint, kept);
    return (await taken) ?? kept;
  }

  #begin(
    sessionId: string,
    endpoint: RuntimeEndpoint,
    kept: Frame | undefined,
  ): Promise<Frame | undefined> {
    if (this.#underWay.size >= this.#limits.capturesMax) {
      if (kept) return Promise.resolve(kept);
      throw new FramesBusyError('Many desktops are looked at just now; ask again in a moment.');
    }
    const taken = this.#take(sessionId, endpoint)
      .catch((error: unknown) => {
        this.#onError(error);
        return undefined;
      })
      .finally(() => this.#underWay.delete(sessionId));
    this.#underWay.set(sessionId, taken);
    return taken;
  }

  async #take(sessionId: string, endpoint: RuntimeEndpoint): Promise<Frame> {
    const picture = await readPicture(endpoint, this.#limits);
    const frame = { png: await encodePng(picture), takenAt: Date.now() };
    this.#kept.set(sessionId, frame);
    return frame;
  }
}
