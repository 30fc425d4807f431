import { POOLED_BUFFERS_MAX, READ_BYTES, SMALL_READS_MAX } from './limits.js';

/** Payloads start here: room for any frame header (HEADER_BYTES_MAX), and aligned. */
export const PAYLOAD_AT = 16;

type SizeClass = 0 | 1 | 2;

/** One reusable buffer: `bytes` with room for a frame header, `payload` the part that reads go to. */
export type ReadBuffer = {
  readonly bytes: Buffer;
  readonly payload: Uint8Array;
  readonly sizeClass: SizeClass;
};

/** Free read buffers by size class, shared by all connections of a process and bounded. */
export class ReadBufferPool {
  readonly #free: [ReadBuffer[], ReadBuffer[], ReadBuffer[]] = [[], [], []];

  take(sizeClass: SizeClass): ReadBuffer {
    return this.#free[sizeClass].pop() ?? allocate(sizeClass);
  }

  give(buffer: ReadBuffer): void {
    const free = this.#free[buffer.sizeClass];
    if (free.length < POOLED_BUFFERS_MAX[buffer.sizeClass]) free.push(buffer);
  }
}

function allocate(sizeClass: SizeClass): ReadBuffer {
  // Not from Node's shared pool: a small read must not keep a stranger's slab alive.
  const bytes = Buffer.allocUnsafeSlow(PAYLOAD_AT + READ_BYTES[sizeClass]);
  return { bytes, payload: bytes.subarray(PAYLOAD_AT), sizeClass };
}

/**
 * Chooses the next read buffer of one connection: a full read steps up one size class, a run of
 * small reads steps down. So an idle viewer costs 8 KiB and a busy one reads 256 KiB a system call.
 */
export class AdaptiveReads {
  readonly #pool: ReadBufferPool;
  #sizeClass: SizeClass = 0;
  #smallReads = 0;
  #current: ReadBuffer | undefined;

  constructor(pool: ReadBufferPool) {
    this.#pool = pool;
  }

  /** The buffer the next read goes to; the smallest there is when memory is short. */
  next(isMemoryShort: boolean): ReadBuffer {
    this.#current = this.#pool.take(isMemoryShort ? 0 : this.#sizeClass);
    return this.#current;
  }

  /** Hands over the buffer that just received `bytes` bytes; its owner gives it back to the pool. */
  filled(bytes: number): ReadBuffer {
    const buffer = this.#current;
    if (buffer === undefined) throw new Error('A read ended without a buffer: call next() first.');
    this.#current = undefined;
    this.#adapt(bytes, READ_BYTES[buffer.sizeClass]);
    return buffer;
  }

  /** Gives back the buffer that waits for a read which will never come. */
  release(): void {
    if (this.#current !== undefined) this.#pool.give(this.#current);
    this.#current = undefined;
  }

  #adapt(bytes: number, capacity: number): void {
    if (bytes === capacity) {
      this.#smallReads = 0;
      if (this.#sizeClass < 2) this.#sizeClass = (this.#sizeClass + 1) as SizeClass;
      return;
    }
    this.#smallReads = bytes < capacity / 4 ? this.#smallReads + 1 : 0;
    if (this.#smallReads > SMALL_READS_MAX && this.#sizeClass > 0) {
      this.#smallReads = 0;
      this.#sizeClass = (this.#sizeClass - 1) as SizeClass;
    }
  }
}
