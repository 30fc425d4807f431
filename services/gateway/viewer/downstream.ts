import type { OnReadOpts, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { ByteBudget } from './byte-budget.js';
import { writeFrameHeader } from './frame-header.js';
import type { ViewerLimits } from './limits.js';
import { AdaptiveReads, PAYLOAD_AT, type ReadBuffer, type ReadBufferPool } from './read-buffers.js';

export type DownstreamParts = {
  readonly viewer: Duplex;
  readonly pool: ReadBufferPool;
  readonly budget: ByteBudget;
  readonly limits: Pick<ViewerLimits, 'viewerBytesHigh' | 'viewerBytesLow'>;
};

/**
 * Target to viewer, the hot path. libuv reads straight into a pooled buffer (`onread`), the frame
 * header is written in place in front of the payload, and that one buffer goes to the socket: no copy,
 * no second buffer. This bypasses ws for writing, which is right only because every write here is one
 * whole unfragmented frame, compression is off, and ws itself writes only whole control frames.
 *
 * What a slow viewer has not taken is counted by buffer size, not by payload: a target that dribbles
 * bytes into large buffers must not hold more than it seems. Above `viewerBytesHigh`, or with anything
 * at all while the process's budget is spent, the target is not read; one buffer a connection is always
 * let through, so that nobody waits for ever.
 */
export class Downstream {
  readonly #viewer: Duplex;
  readonly #pool: ReadBufferPool;
  readonly #reads: AdaptiveReads;
  readonly #budget: ByteBudget;
  readonly #high: number;
  readonly #low: number;
  #target: Socket | undefined;
  #state: Pick<WebSocket, 'readyState' | 'OPEN'> | undefined;
  #held = 0;
  #isPaused = false;
  #isOpen = true;
  #bytes = 0;

  /** Called when the viewer's socket has taken some bytes. */
  onProgress: () => void = () => undefined;

  readonly onread: OnReadOpts = {
    buffer: () => this.#reads.next(this.#budget.isSpent).payload,
    callback: (bytes) => this.#received(bytes),
  };

  constructor({ viewer, pool, budget, limits }: DownstreamParts) {
    this.#viewer = viewer;
    this.#pool = pool;
    this.#reads = new AdaptiveReads(pool);
    this.#budget = budget;
    this.#high = limits.viewerBytesHigh;
    this.#low = limits.viewerBytesLow;
  }

  /** Payload bytes sent towards the viewer. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Everything read so far has been handed to the viewer's socket. */
  get isFlushed(): boolean {
    return this.#held === 0;
  }

  /**
   * Lets the target's bytes flow; called once, right after the 101. `state` tells when a close frame has
   * been sent, after which no data frame may follow (RFC 6455 §5.5.1).
   */
  start(target: Socket, state: Pick<WebSocket, 'readyState' | 'OPEN'>): void {
    this.#target = target;
    this.#state = state;
    target.resume();
  }

  /** Writes no further frame; what the target still says is read and thrown away. */
  stop(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#target?.resume();
  }

  /** Gives up all that is counted or borrowed; the sockets are closed. */
  dispose(): void {
    this.#isOpen = false;
    this.#budget.give(this.#held);
    this.#held = 0;
    this.#reads.release();
  }

  /** Returns false to stop reading the target. */
  #received(bytes: number): boolean {
    const buffer = this.#reads.filled(bytes);
    if (!this.#isOpen || this.#state?.readyState !== this.#state?.OPEN) {
      this.#pool.give(buffer);
      return true;
    }
    this.#bytes += bytes;
    this.#held += buffer.bytes.length;
    this.#budget.take(buffer.bytes.length);
    const start = writeFrameHeader(buffer.bytes, PAYLOAD_AT, bytes);
    const frame = buffer.bytes.subarray(start, PAYLOAD_AT + bytes);
    this.#viewer.write(frame, (error) => this.#written(buffer, error));
    this.#isPaused = this.#held > (this.#budget.isSpent ? 0 : this.#high);
    return !this.#isPaused;
  }

  #written(buffer: ReadBuffer, error: Error | null | undefined): void {
    // A write that failed may still be with the kernel, so its buffer is not used again.
    if (!error) this.#pool.give(buffer);
    // After dispose() the whole account is settled already.
    if (this.#held === 0) return;
    this.#held -= buffer.bytes.length;
    this.#budget.give(buffer.bytes.length);
    if (this.#isPaused && this.#held <= (this.#budget.isSpent ? 0 : this.#low)) {
      this.#isPaused = false;
      this.#target?.resume();
    }
    if (!error) this.onProgress();
  }
}
