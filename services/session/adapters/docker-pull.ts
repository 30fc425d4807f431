import { addAbortSignal } from 'node:stream';
import type { DockerEngine } from './docker-engine.js';
import { asEngineFailure, EngineRefusal } from './docker-failure.js';
import type { ImageName } from './docker-image-name.js';
import { jsonLines } from './docker-lines.js';
import { RuntimeFailure, type StartListener } from './runtime-driver.js';

/** A line of the engine's about a pull. */
type PullLine = Readonly<{
  id?: string;
  status?: string;
  error?: string;
  progressDetail?: Readonly<{ current?: number; total?: number }>;
}>;

/** What the engine says of a layer that is here. */
const WHOLE = new Set(['Download complete', 'Pull complete']);

/** Sums up how far a pull is, layer by layer. */
export class PullProgress {
  readonly #layers = new Map<string, { done: number; total: number }>();

  /** Takes one line; true when the sum has changed. */
  take({ id, status, progressDetail: { current, total } = {} }: PullLine): boolean {
    if (id === undefined || status === undefined) return false;
    if (WHOLE.has(status)) return this.#isWhole(id);
    // What follows (verifying, extracting) counts again from nothing.
    if (status !== 'Downloading' || current === undefined || !total) return false;
    this.#layers.set(id, { done: Math.min(current, total), total });
    return true;
  }

  #isWhole(id: string): boolean {
    const layer = this.#layers.get(id);
    if (!layer || layer.done === layer.total) return false;
    layer.done = layer.total;
    return true;
  }

  get sum(): { done: number; total: number } {
    const sum = { done: 0, total: 0 };
    for (const { done, total } of this.#layers.values()) {
      sum.done += done;
      sum.total += total;
    }
    return sum;
  }
}

/** Fetches those images that the engine has not. Throws `ImageUnavailable` with the engine's own reason. */
export async function provideImages(
  engine: DockerEngine,
  images: readonly ImageName[],
  signal: AbortSignal,
  onProgress?: StartListener,
): Promise<void> {
  const there = await Promise.all(images.map((image) => engine.hasImage(image)));
  // One sum for all of them: what was told never goes back, and a layer that two share is counted once.
  const progress = new PullProgress();
  const tell = () => onProgress?.({ step: 'image', ...progress.sum });
  for (const image of images.filter((_, index) => !there[index])) {
    signal.throwIfAborted();
    await pull(engine, image, signal, (line) => progress.take(line) && tell());
  }
}

async function pull(
  engine: DockerEngine,
  image: ImageName,
  signal: AbortSignal,
  take: (line: PullLine) => unknown,
): Promise<void> {
  try {
    // The engine gives a pull up whose asker has gone.
    const stream = addAbortSignal(signal, await engine.pull(image, signal));
    for await (const line of jsonLines<PullLine>(stream)) {
      if (line.error !== undefined) throw new EngineRefusal(500, line.error);
      take(line);
    }
  } catch (cause) {
    signal.throwIfAborted();
    if (cause instanceof EngineRefusal) throw unavailable(image, cause);
    if (cause instanceof RuntimeFailure) throw cause;
    throw asEngineFailure(cause, engine.socketPath, `fetching ${image.full}`);
  }
}

/** The image is not on the engine's machine, and can't be got. */
export function unavailable({ full }: ImageName, cause: unknown): RuntimeFailure {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new RuntimeFailure(
    'ImageUnavailable',
    `The image ${full} isn't on the engine's machine and can't be fetched: ${why.trim().replace(/\.$/, '')}. Look at its name, or put it there with docker pull or docker build.`,
    undefined,
    { cause },
  );
}
