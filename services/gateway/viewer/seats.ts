import { refuse } from './refusal.js';
import type { CloseReason, ViewerGrant } from './viewer-ports.js';

/** Who sits on a seat: first the upgrade attempt, then the live connection. */
export type SeatHolder = { end(reason: CloseReason): void; expireAt(expiresAt: number): void };
export type Seat = { grant: ViewerGrant; holder: SeatHolder };

/** Seats of a session that its guests can't take. */
const OWNER_SEATS = 2;

export type SeatBounds = {
  readonly viewersPerSessionMax: number;
  readonly viewersPerUserMax: number;
};

/**
 * Who watches what. A seat is taken as soon as the grant is known, before the target is dialled, so
 * that parallel upgrades cannot pass a bound together and a revocation finds those under way.
 */
export class Seats {
  readonly #bounds: SeatBounds;
  readonly #taken = new Set<Seat>();

  constructor(bounds: SeatBounds) {
    this.#bounds = bounds;
  }

  get size(): number {
    return this.#taken.size;
  }

  /** Takes a seat, or throws a 429 when the session or the user has too many. */
  take(grant: ViewerGrant, holder: SeatHolder): Seat {
    const { viewersPerUserMax } = this.#bounds;
    // However many guests come, the owner gets in.
    const kept = grant.shareId === undefined ? 0 : OWNER_SEATS;
    const viewersPerSessionMax = this.#bounds.viewersPerSessionMax - kept;
    if (this.#count((seat) => seat.grant.sessionId === grant.sessionId) >= viewersPerSessionMax) {
      const detail = `This session already has ${viewersPerSessionMax} viewers; close one first.`;
      throw refuse(429, 'SessionViewersFull', detail);
    }
    if (this.#count((seat) => seat.grant.userId === grant.userId) >= viewersPerUserMax) {
      const detail = `You already have ${viewersPerUserMax} viewers open; close one first.`;
      throw refuse(429, 'UserViewersFull', detail);
    }
    const seat = { grant, holder };
    this.#taken.add(seat);
    return seat;
  }

  free(seat: Seat): void {
    this.#taken.delete(seat);
  }

  /** Ends every holder whose grant matches and returns how many there were. */
  end(match: (grant: ViewerGrant) => boolean, reason: CloseReason): number {
    const ended = [...this.#taken].filter((seat) => match(seat.grant));
    for (const seat of ended) seat.holder.end(reason);
    return ended.length;
  }

  /** Moves the expiry of every matching grant and returns how many there were. */
  prolong(match: (grant: ViewerGrant) => boolean, expiresAt: number): number {
    const prolonged = [...this.#taken].filter((seat) => match(seat.grant));
    for (const seat of prolonged) {
      const at = Math.min(expiresAt, seat.grant.latestAt ?? Infinity);
      seat.grant = { ...seat.grant, expiresAt: at };
      seat.holder.expireAt(at);
    }
    return prolonged.length;
  }

  #count(match: (seat: Seat) => boolean): number {
    let count = 0;
    for (const seat of this.#taken) if (match(seat)) count += 1;
    return count;
  }
}
