import type { Duplex } from 'node:stream';
import { ViewerRefused, ViewerVanished, refuse } from './refusal.js';
import type { CloseReason, ViewerGrant } from './viewer-ports.js';
import { REVOCATIONS_REMEMBERED_MAX } from './limits.js';

type Match = (grant: ViewerGrant) => boolean;

const withdrawn = () =>
  refuse(403, 'AccessWithdrawn', 'Access to this session was withdrawn; ask for a new ticket.');

/**
 * One upgrade that is not answered yet. It ends early, for every step that waits in `race()`, when its
 * deadline passes, when its client goes away or talks too soon, or when someone aborts it.
 * A revocation that comes before the grant is known is remembered and judged by `checkRevoked()`.
 */
export class UpgradeAttempt {
  readonly #socket: Duplex;
  readonly #abort = new AbortController();
  readonly #timer: NodeJS.Timeout;
  readonly #revocations: Match[] = [];
  readonly #prolongations: Readonly<{ match: Match; expiresAt: number }>[] = [];
  readonly #vanished = () => this.#abort.abort(new ViewerVanished());
  // RFC 6455 §4.1: a client sends nothing until it has the server's answer.
  readonly #spokeEarly = () =>
    this.abort(refuse(400, 'DataBeforeUpgrade', 'Send nothing before the upgrade is answered.'));

  constructor(socket: Duplex, deadlineMs: number) {
    this.#socket = socket;
    this.#timer = setTimeout(
      () =>
        this.abort(refuse(503, 'UpgradeTimedOut', 'The viewer took too long to open; try again.')),
      deadlineMs,
    );
    socket.on('close', this.#vanished);
    socket.on('end', this.#vanished);
    socket.on('error', this.#vanished);
    // Listening for data is also what lets Node notice that the client went away.
    socket.on('data', this.#spokeEarly);
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  abort(refusal: ViewerRefused): void {
    this.#abort.abort(refusal);
  }

  /** Refuses the attempt as a seat's holder does: the grant it got is no longer worth anything. */
  end(_reason: CloseReason): void {
    this.abort(withdrawn());
  }

  /** Nothing to move yet: the connection will read the expiry from its seat. */
  expireAt(_expiresAt: number): void {}

  /** Waits for `work`, or throws as soon as the attempt has ended. */
  async race<T>(work: Promise<T>): Promise<T> {
    work.catch(() => undefined);
    this.signal.throwIfAborted();
    let onAbort: (() => void) | undefined;
    const ended = new Promise<never>((_resolve, reject) => {
      onAbort = () => reject(this.signal.reason as Error);
      this.signal.addEventListener('abort', onAbort);
    });
    try {
      return await Promise.race([work, ended]);
    } finally {
      if (onAbort !== undefined) this.signal.removeEventListener('abort', onAbort);
    }
  }

  rememberRevocation(match: Match): void {
    if (this.#revocations.length < REVOCATIONS_REMEMBERED_MAX) this.#revocations.push(match);
    else this.abort(withdrawn());
  }

  /** Throws when a revocation that came while the ticket was being redeemed meets this grant. */
  checkRevoked(grant: ViewerGrant): void {
    if (this.#revocations.some((match) => match(grant))) throw withdrawn();
  }

  /** One that is too many is forgotten: the viewer then ends at the earlier time and can come back. */
  rememberProlongation(match: Match, expiresAt: number): void {
    if (this.#prolongations.length >= REVOCATIONS_REMEMBERED_MAX) return;
    this.#prolongations.push({ match, expiresAt });
  }

  /** The grant with what it was prolonged by while the ticket was being redeemed. */
  prolonged(grant: ViewerGrant): ViewerGrant {
    const times = this.#prolongations.filter(({ match }) => match(grant));
    const longest = Math.max(grant.expiresAt, ...times.map(({ expiresAt }) => expiresAt));
    return { ...grant, expiresAt: Math.min(longest, grant.latestAt ?? Infinity) };
  }

  /** Lets go of the socket, so that its next owner hears its events. */
  release(): void {
    clearTimeout(this.#timer);
    this.#socket.off('close', this.#vanished);
    this.#socket.off('end', this.#vanished);
    this.#socket.off('error', this.#vanished);
    this.#socket.off('data', this.#spokeEarly);
  }
}
