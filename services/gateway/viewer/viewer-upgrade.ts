import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Downstream } from './downstream.js';
import { USER_AGENT_CHARACTERS_MAX, type ViewerLimits } from './limits.js';
import type { LiveViewers } from './live-viewers.js';
import { ViewerRefused, ViewerVanished, answerAndClose, formatRefusal, refuse } from './refusal.js';
import type { Seat } from './seats.js';
import { TargetUnreachable, dialTarget } from './target-socket.js';
import { UpgradeAttempt } from './upgrade-attempt.js';
import { requireHandshake, requireOrigin, requireTicket } from './upgrade-request.js';
import type { ViewerGrant, ViewerLog, ViewerOptions, ViewerPorts } from './viewer-ports.js';

export type ViewerUpgradeParts = {
  readonly ports: ViewerPorts;
  readonly options: ViewerOptions;
  readonly limits: ViewerLimits;
  readonly log: ViewerLog;
  readonly live: LiveViewers;
};

export type UpgradeCall = {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
  readonly sessionId: string;
  readonly ip: string | undefined;
};

/**
 * The way from an HTTP upgrade request to an open viewer. The order is the point: Origin, handshake,
 * ticket (spent here), seat, target, and only then the 101. A stranger never gets a WebSocket, and
 * whatever fails on the way is a plain HTTP answer that leaves no socket behind.
 */
export class ViewerUpgrade {
  readonly #parts: ViewerUpgradeParts;
  readonly #attempts = new Set<UpgradeAttempt>();
  #isStopped = false;

  constructor(parts: ViewerUpgradeParts) {
    this.#parts = parts;
  }

  get underWay(): number {
    return this.#attempts.size;
  }

  /** Tells every attempt whose grant is still on its way that such grants are worth nothing. */
  revoke(match: (grant: ViewerGrant) => boolean): void {
    for (const attempt of this.#attempts) attempt.rememberRevocation(match);
  }

  /** Tells every attempt whose grant is still on its way that such grants are good for longer. */
  prolong(match: (grant: ViewerGrant) => boolean, expiresAt: number): void {
    for (const attempt of this.#attempts) attempt.rememberProlongation(match, expiresAt);
  }

  /** Refuses the attempts under way and all that come later. */
  stop(): void {
    this.#isStopped = true;
    for (const attempt of this.#attempts) attempt.abort(stopped());
  }

  async run(call: UpgradeCall): Promise<void> {
    const { limits } = this.#parts;
    // Whoever owns the socket later adds a listener; this one is for the moments between owners.
    call.socket.on('error', () => undefined);
    const attempt = new UpgradeAttempt(call.socket, limits.upgradeMs);
    try {
      this.#admit(call);
      this.#attempts.add(attempt);
      await this.#open(call, attempt);
    } catch (error) {
      attempt.release();
      this.#refuse(call, error);
    } finally {
      attempt.release();
      this.#attempts.delete(attempt);
    }
  }

  #admit({ request, head }: UpgradeCall): void {
    requireOrigin(request, this.#parts.options.allowedOrigins(request));
    requireHandshake(request);
    if (this.#isStopped) throw stopped();
    if (this.#attempts.size >= this.#parts.limits.upgradesMax) {
      throw refuse(503, 'TooManyUpgrades', 'Too many viewers are opening at once; try again.');
    }
    if (head.length > 0) {
      throw refuse(400, 'DataBeforeUpgrade', 'Send nothing before the upgrade is answered.');
    }
  }

  async #open(call: UpgradeCall, attempt: UpgradeAttempt): Promise<void> {
    const { live } = this.#parts;
    const grant = attempt.prolonged(await this.#redeem(call, attempt));
    attempt.signal.throwIfAborted();
    attempt.checkRevoked(grant);
    if (grant.expiresAt <= Date.now()) {
      throw refuse(409, 'SessionExpired', 'The session has expired; launch the app again.');
    }
    const seat = live.seats.take(grant, attempt);
    let isOpen = false;
    try {
      isOpen = await this.#connect(call, attempt, seat);
    } finally {
      if (!isOpen) live.seats.free(seat);
    }
  }

  async #redeem(call: UpgradeCall, attempt: UpgradeAttempt): Promise<ViewerGrant> {
    const { request, sessionId } = call;
    const ticket = requireTicket(request);
    const userAgent = (request.headers['user-agent'] ?? '').slice(0, USER_AGENT_CHARACTERS_MAX);
    const ip = call.ip ?? request.socket.remoteAddress ?? '';
    let answer;
    try {
      answer = await attempt.race(this.#parts.ports.redeem({ sessionId, ticket, ip, userAgent }));
    } catch (error) {
      if (attempt.signal.aborted) throw error;
      const reason = String(error).replaceAll(ticket, '[ticket]');
      this.#parts.log('warn', 'viewer ticket could not be checked', { sessionId, reason });
      throw refuse(503, 'TicketNotChecked', 'The ticket could not be checked; try again.');
    }
    if (answer.kind === 'refused') throw new ViewerRefused(answer.refusal);
    return answer.grant;
  }

  async #connect(call: UpgradeCall, attempt: UpgradeAttempt, seat: Seat): Promise<boolean> {
    const { live } = this.#parts;
    const downstream = live.downstream(call.socket);
    let target: Socket | undefined;
    let isOpen = false;
    try {
      target = await this.#dial(seat.grant, attempt, downstream);
      attempt.signal.throwIfAborted();
      attempt.release();
      isOpen = live.open({ request: call.request, socket: call.socket, seat, target, downstream });
      if (!isOpen) throw new ViewerVanished();
      return true;
    } finally {
      if (!isOpen) {
        target?.on('error', () => undefined).destroy();
        downstream.dispose();
      }
    }
  }

  async #dial(grant: ViewerGrant, attempt: UpgradeAttempt, downstream: Downstream) {
    try {
      return await dialTarget(grant.target, {
        timeoutMs: this.#parts.limits.dialMs,
        signal: attempt.signal,
        onread: downstream.onread,
      });
    } catch (error) {
      if (!(error instanceof TargetUnreachable)) throw error;
      this.#parts.log('warn', 'viewer target unreachable', {
        sessionId: grant.sessionId,
        reason: String(error.cause),
      });
      const detail = 'The session does not answer; it may still be starting or have ended.';
      throw refuse(502, 'SessionUnreachable', detail);
    }
  }

  #refuse(call: UpgradeCall, error: unknown): void {
    const { log, live, limits } = this.#parts;
    if (error instanceof ViewerVanished) {
      live.traffic.refused('ClientVanished');
      call.socket.destroy();
      return;
    }
    if (!(error instanceof ViewerRefused)) {
      log('warn', 'viewer upgrade failed', { sessionId: call.sessionId, reason: String(error) });
    }
    const { refusal } =
      error instanceof ViewerRefused
        ? error
        : refuse(503, 'ViewerFailed', 'The viewer could not be opened; try again.');
    live.traffic.refused(refusal.code);
    const { status, code } = refusal;
    log('info', 'viewer refused', { sessionId: call.sessionId, status, code });
    const [path = '/'] = (call.request.url ?? '/').split('?');
    answerAndClose(call.socket, formatRefusal(refusal, path), limits.refusalMs);
  }
}

const stopped = () =>
  refuse(503, 'GatewayDraining', 'The gateway is restarting; connect again in a moment.');
