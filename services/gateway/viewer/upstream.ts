import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import type { ByteBudget } from './byte-budget.js';
import type { ViewerLimits } from './limits.js';

export type UpstreamParts = {
  readonly viewer: WebSocket;
  readonly target: Socket;
  readonly budget: ByteBudget;
  readonly limits: Pick<ViewerLimits, 'targetBytesHigh'>;
};

/**
 * Viewer to target. All messages of one read of the viewer's socket leave in one system call (the
 * target is corked for the tick): noVNC's messages are 8 to 20 bytes, and one write each costs 7 times
 * the CPU. A target that does not take its input stops the reading of the viewer.
 */
export class Upstream {
  readonly #viewer: WebSocket;
  readonly #target: Socket;
  readonly #budget: ByteBudget;
  readonly #high: number;
  #isCorked = false;
  #held = 0;
  #bytes = 0;

  constructor({ viewer, target, budget, limits }: UpstreamParts) {
    this.#viewer = viewer;
    this.#target = target;
    this.#budget = budget;
    this.#high = limits.targetBytesHigh;
  }

  /** Bytes sent towards the target. */
  get bytes(): number {
    return this.#bytes;
  }

  send(bytes: Buffer): void {
    if (bytes.length === 0 || !this.#target.writable) return;
    if (!this.#isCorked) {
      this.#isCorked = true;
      this.#target.cork();
      process.nextTick(this.#uncork);
    }
    this.#bytes += bytes.length;
    this.#target.write(bytes);
  }

  /** Gives back what is counted; the sockets are closed. */
  dispose(): void {
    this.#budget.give(this.#held);
    this.#held = 0;
  }

  readonly #uncork = () => {
    this.#isCorked = false;
    const target = this.#target;
    target.uncork();
    if (this.#held > 0 || target.destroyed) return;
    // Below its high-water mark a socket announces no drain, so that is the least that can pause.
    const ceiling = this.#budget.isSpent ? target.writableHighWaterMark : this.#high;
    if (target.writableLength < ceiling || !target.writableNeedDrain) return;
    this.#held = target.writableLength;
    this.#budget.take(this.#held);
    this.#viewer.pause();
    target.once('drain', this.#drained);
  };

  readonly #drained = () => {
    this.dispose();
    this.#viewer.resume();
  };
}
