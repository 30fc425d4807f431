import type { Socket } from 'node:net';
import type { RawData, WebSocket } from 'ws';
import { draining, grantExpired, targetEnded, targetFailed, violation } from './close-reasons.js';
import type { Downstream } from './downstream.js';
import { TIMER_MS_MAX, type ViewerLimits } from './limits.js';
import type { Pulse } from './keepalive.js';
import { RfbClientFilter } from './rfb-client-filter.js';
import type { SeatHolder } from './seats.js';
import type { Upstream } from './upstream.js';
import type { CloseReason, ViewerClosed, ViewerGrant } from './viewer-ports.js';
import type { ConnectionTraffic } from './viewer-traffic.js';

export type ConnectionParts = {
  readonly grant: ViewerGrant;
  readonly viewer: WebSocket;
  readonly target: Socket;
  readonly downstream: Downstream;
  readonly upstream: Upstream;
  readonly limits: ViewerLimits;
  readonly onInput: (at: number) => void;
  readonly onClosed: (how: ViewerClosed) => void;
};

/**
 * One open viewer: joins the two directions and owns the rules of ending.
 *
 *   target ends or breaks   what it said is delivered first, then 1000 or 1011
 *   viewer closes           its last input is delivered, then the target is closed within `targetEndMs`
 *   revoked, expired, broke the protocol   both ways stop at once, the viewer has a deadline for its
 *                           close frame, then its socket is destroyed
 */
export class Connection implements Pulse, SeatHolder {
  readonly #parts: ConnectionParts;
  readonly #filter: RfbClientFilter;
  readonly #openedAt = Date.now();
  #expiryTimer: NodeJS.Timeout | undefined;
  #endTimer: NodeJS.Timeout | undefined;
  #endTimerMs = Infinity;
  #afterTail: CloseReason | undefined;
  #reason: CloseReason | undefined;
  #inputs = 0;
  #inputReportedAt = -Infinity;
  #lastInputAt = 0;
  #inputTimer: NodeJS.Timeout | undefined;
  missedPings = 0;

  constructor(parts: ConnectionParts) {
    this.#parts = parts;
    this.#filter = new RfbClientFilter(parts.grant.mode);
    this.#listen();
    this.expireAt(parts.grant.expiresAt);
    parts.downstream.start(parts.target, parts.viewer);
  }

  get traffic(): ConnectionTraffic {
    return {
      toViewerBytes: this.#parts.downstream.bytes,
      toTargetBytes: this.#parts.upstream.bytes,
      inputMessagesDropped: this.#filter.dropped,
    };
  }

  ping(): void {
    if (this.#parts.viewer.readyState === this.#parts.viewer.OPEN) this.#parts.viewer.ping();
  }

  /** Destroys the viewer's socket without a word. */
  lost(): void {
    this.#parts.viewer.terminate();
  }

  /** Moves the time at which the viewer is closed with 4410 (epoch milliseconds). */
  expireAt(expiresAt: number): void {
    clearTimeout(this.#expiryTimer);
    const leftMs = expiresAt - Date.now();
    this.#expiryTimer = setTimeout(
      () => (leftMs > TIMER_MS_MAX ? this.expireAt(expiresAt) : this.end(grantExpired)),
      Math.min(Math.max(leftMs, 0), TIMER_MS_MAX),
    ).unref();
  }

  /**
   * Ends the connection from outside: both directions stop now, the viewer has `revokeMs` to take the
   * reason. Only a draining gateway is patient, and still delivers the last input.
   */
  end(reason: CloseReason): void {
    const { target, limits } = this.#parts;
    if (reason.code === draining.code) {
      this.#close(reason, limits.closeMs);
      return;
    }
    target.destroy();
    this.#close(reason, limits.revokeMs);
  }

  #listen(): void {
    const { viewer, target, downstream, limits } = this.#parts;
    viewer.on('message', (message, isBinary) => this.#received(message, isBinary));
    viewer.on('pong', () => this.#heard());
    viewer.on('ping', () => this.#heard());
    // ws has sent its close frame (1002, 1007, 1009) and now waits for the peer's.
    viewer.on('error', () => this.#destroyWithin(limits.closeMs));
    viewer.on('close', (code) => this.#viewerClosed(code));
    downstream.onProgress = () => this.#progressed();
    target.on('end', () => {
      target.end();
      this.#closeAfterTail(targetEnded);
    });
    target.on('error', () => this.#closeAfterTail(targetFailed));
    target.on('close', () => this.#closeAfterTail(targetFailed));
  }

  #heard(): void {
    this.missedPings = 0;
  }

  #received(message: RawData, isBinary: boolean): void {
    this.#heard();
    if (this.#reason !== undefined) return;
    if (!isBinary || !Buffer.isBuffer(message)) {
      this.#reject(violation('send binary messages only'));
      return;
    }
    this.#parts.upstream.send(this.#filter.feed(message));
    if (this.#filter.inputs !== this.#inputs) this.#inputSeen();
    if (this.#filter.violation !== undefined) this.#reject(this.#filter.violation);
  }

  #reject(reason: CloseReason): void {
    this.#parts.target.destroy();
    this.#close(reason, this.#parts.limits.closeMs);
  }

  #inputSeen(): void {
    this.#inputs = this.#filter.inputs;
    this.#lastInputAt = Date.now();
    const waitMs = this.#inputReportedAt + this.#parts.limits.inputReportIntervalMs - Date.now();
    if (waitMs <= 0) this.#reportInput();
    else this.#inputTimer ??= setTimeout(() => this.#reportInput(), waitMs).unref();
  }

  /** The last input of an interval is told, too: what counts is how long there has been none. */
  #reportInput(): void {
    clearTimeout(this.#inputTimer);
    this.#inputTimer = undefined;
    this.#inputReportedAt = Date.now();
    this.#parts.onInput(this.#lastInputAt);
  }

  /** Waits until a slow viewer has taken what the target left; gives up only when it takes nothing. */
  #closeAfterTail(reason: CloseReason): void {
    if (this.#reason !== undefined || this.#afterTail !== undefined) return;
    this.#afterTail = reason;
    this.#destroyWithin(this.#parts.limits.tailStallMs);
    this.#progressed();
  }

  #progressed(): void {
    this.#heard();
    if (this.#afterTail === undefined || this.#reason !== undefined) return;
    this.#endTimer?.refresh();
    // The kernel may still hold a slow viewer's bytes; its answer to the close frame is the proof.
    if (this.#parts.downstream.isFlushed) {
      this.#close(this.#afterTail, this.#parts.limits.tailStallMs);
    }
  }

  #close(reason: CloseReason, deadlineMs: number): void {
    this.#destroyWithin(deadlineMs);
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    this.#parts.downstream.stop();
    // A paused viewer would never be heard closing.
    this.#parts.viewer.resume();
    this.#parts.viewer.close(reason.code, reason.text);
  }

  /** Sets the deadline for the viewer's socket; a shorter one that runs already stays. */
  #destroyWithin(deadlineMs: number): void {
    if (deadlineMs >= this.#endTimerMs) return;
    this.#endTimerMs = deadlineMs;
    clearTimeout(this.#endTimer);
    this.#endTimer = setTimeout(() => this.lost(), deadlineMs).unref();
  }

  #viewerClosed(code: number): void {
    const { target, downstream, upstream, limits, onClosed } = this.#parts;
    this.#reason ??= { code, text: '' };
    clearTimeout(this.#expiryTimer);
    clearTimeout(this.#endTimer);
    if (this.#inputTimer !== undefined) this.#reportInput();
    downstream.stop();
    target.end();
    const timer = setTimeout(() => target.destroy(), limits.targetEndMs).unref();
    const release = () => {
      clearTimeout(timer);
      downstream.dispose();
      upstream.dispose();
    };
    if (target.closed) release();
    else target.once('close', release);
    onClosed({
      code: this.#reason.code,
      toViewerBytes: downstream.bytes,
      toTargetBytes: upstream.bytes,
      durationMs: Date.now() - this.#openedAt,
    });
  }
}
