import { randomUUID } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { v7 as uuidV7 } from 'uuid';
import { type Account, Authenticate, RotateSignIn, SignOut } from '#shared/contracts/identity.js';
import { ANONYMOUS, type Bus, type RequestContext } from '#shared/es/operation.js';
import { isConsole } from './control-socket.js';
import { problemOfRefusal } from './problem-of-error.js';
import { type Caller, contextOf } from './request-context.js';

const CONSOLE: Caller = { actor: { id: 'console', role: 'console' } };
const NOBODY: Caller = { actor: ANONYMOUS };

/** Finds out who sends a request, and keeps the cookie that says so. */
export class Authentication {
  readonly #bus: Bus;
  readonly #secure: boolean;
  readonly #onError: (error: unknown) => void;
  readonly #accounts = new WeakMap<FastifyRequest, Account>();

  /** With `secure` (https) the cookie is bound to host and scheme by its name (RFC 6265bis section 4.1.3). */
  constructor(bus: Bus, secure: boolean, onError: (error: unknown) => void) {
    this.#bus = bus;
    this.#secure = secure;
    this.#onError = onError;
  }

  /** Whoever asks, where it does not matter. */
  nobody(): Caller {
    return NOBODY;
  }

  /** The person whose cookie came along; `anonymous` without a valid one. A token that has grown old is exchanged. */
  async callerOf(request: FastifyRequest, reply: FastifyReply): Promise<Caller> {
    if (isConsole(request.raw)) return CONSOLE;
    const token = request.cookies[this.cookieName];
    if (!token) return NOBODY;
    const answer = await this.#bus.request(Authenticate, { token }, anonymousContext());
    // Not to know now who asks is not to know nobody: a browser would show the sign-in page.
    if (answer.kind === 'rejected' && answer.code === 'Unavailable') throw problemOfRefusal(answer);
    if (answer.kind === 'rejected') return NOBODY;
    const { user, sign_in_id: signInId, expires_at, rotate } = answer.result;
    this.#accounts.set(request, user);
    const expiresAt = Date.parse(expires_at);
    const caller: Caller = { actor: { id: user.id, role: user.role }, signInId, expiresAt };
    // A token that can't be exchanged now, as on a full disk, is exchanged later; it is good until then.
    if (rotate) {
      await this.#rotate(token, caller, request, reply).catch((error: unknown) =>
        request.trace.span.within(() => this.#onError(error)),
      );
    }
    return caller;
  }

  /** The account that {@link callerOf} found for a request. */
  accountOf(request: FastifyRequest): Account | undefined {
    return this.#accounts.get(request);
  }

  /** Hands the token to the browser, where no script can read it and no other site can send it. */
  setCookie(reply: FastifyReply, token: string, expiresAt: string): void {
    reply.setCookie(this.cookieName, token, { ...this.#attributes, expires: new Date(expiresAt) });
  }

  /** Ends the sign-in that a browser had before, whose cookie is about to be replaced. */
  async endPrevious(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const caller = await this.callerOf(request, reply);
    if (!caller.signInId) return;
    const id = uuidV7();
    const context = { ...contextOf(request, caller), commandId: id, correlationId: id };
    await this.#bus.request(SignOut, {}, context);
  }

  clearCookie(reply: FastifyReply): void {
    reply.clearCookie(this.cookieName, this.#attributes);
  }

  get cookieName(): string {
    return this.#secure ? '__Host-sortie' : 'sortie';
  }

  get #attributes() {
    return { path: '/', httpOnly: true, sameSite: 'strict', secure: this.#secure } as const;
  }

  async #rotate(token: string, caller: Caller, request: FastifyRequest, reply: FastifyReply) {
    const id = uuidV7();
    // A command of its own: the request's Idempotency-Key belongs to what the person asked for.
    const context = { ...contextOf(request, caller), commandId: id, correlationId: id };
    const rotated = await this.#bus.request(RotateSignIn, { token }, context);
    if (rotated.kind === 'done' && rotated.result.token !== null) {
      this.setCookie(reply, rotated.result.token, rotated.result.expires_at);
    }
  }
}

function anonymousContext(): RequestContext {
  const id = randomUUID();
  return { actor: ANONYMOUS, commandId: id, correlationId: id };
}
