/** A connection that can be asked whether it is still there; it sets `missedPings` to 0 when it is heard. */
export type Pulse = {
  missedPings: number;
  ping(): void;
  lost(): void;
};

/**
 * Pings every connection on one shared timer and ends those that stay silent (RFC 6455 §5.5.2).
 * 25 s keeps under the 60 s after which nginx and most load balancers drop an idle connection.
 */
export class Keepalive {
  readonly #intervalMs: number;
  readonly #missedPingsMax: number;
  readonly #pulses = new Set<Pulse>();
  #timer: NodeJS.Timeout | undefined;

  constructor(intervalMs: number, missedPingsMax: number) {
    this.#intervalMs = intervalMs;
    this.#missedPingsMax = missedPingsMax;
  }

  add(pulse: Pulse): void {
    this.#pulses.add(pulse);
    this.#timer ??= setInterval(() => this.#sweep(), this.#intervalMs).unref();
  }

  remove(pulse: Pulse): void {
    this.#pulses.delete(pulse);
    if (this.#pulses.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #sweep(): void {
    for (const pulse of this.#pulses) {
      if (pulse.missedPings >= this.#missedPingsMax) {
        pulse.lost();
      } else {
        pulse.missedPings += 1;
        pulse.ping();
      }
    }
  }
}
