import { randomUUID } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { v7 as uuidV7 } from 'uuid';
import { type Account, Authenticate, RotateSignIn, SignOut } from '#shared/contracts/identity.js';
import { AuthenticateApiToken, NoteApiTokenUse } from '#shared/contracts/ways-in.js';
import { ANONYMOUS, type Bus, type RequestContext } from '#shared/es/operation.js';
import { systemContext } from '#shared/es/system-context.js';
import { bearerOf, usesBearer } from './bearer.js';
import { isConsole } from './control-socket.js';
import { Problem } from './problem.js';
import { problemOfRefusal } from './problem-of-error.js';
import { type Caller, contextOf, plainOriginOf } from './request-context.js';

const CONSOLE: Caller = { actor: { id: 'console', role: 'console' } };
const NOBODY: Caller = { actor: ANONYMOUS };
/** How long the way to a sign-in provider and back may take. */
const STATE_SECONDS = 600;

/** Finds out who sends a request, and keeps the cookie that says so. */
export class Authentication {
  readonly #bus: Bus;
  readonly #secure: boolean;
  readonly #onError: (error: unknown) => void;
  readonly #accounts = new WeakMap<FastifyRequest, Account>();
  /** Tokens whose use is being noted right now. */
  readonly #noting = new Set<string>();

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

  /**
   * The person whose cookie came along; `anonymous` without a valid one. A token that has grown old is exchanged. With an API
   * token nothing else counts: throws {@link Problem} for one that lets nobody in.
   */
  async callerOf(request: FastifyRequest, reply: FastifyReply): Promise<Caller> {
    if (isConsole(request.raw)) return CONSOLE;
    if (usesBearer(request.raw)) return this.#programOf(request, reply);
    const token = request.cookies[this.cookieName];
    if (!token) return NOBODY;
    const asked = { token, ...plainOriginOf(request) };
    const answer = await this.#bus.request(Authenticate, asked, anonymousContext());
    // Not to know now who asks is not to know nobody: a browser would show the sign-in page.
    if (answer.kind === 'rejected' && answer.code === 'Unavailable') throw problemOfRefusal(answer);
    if (answer.kind === 'rejected') return NOBODY;
    const { user, sign_in_id: signInId, expires_at, rotate, origin } = answer.result;
    this.#accounts.set(request, user);
    const expiresAt = Date.parse(expires_at);
    const caller: Caller = { ...personOf(user), signInId, expiresAt, origin };
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

  /** What a browser carries to a sign-in provider and back: it comes back from another site, which Strict would keep out. */
  setStateCookie(reply: FastifyReply, sealed: string): void {
    const attributes = { ...this.#attributes, sameSite: 'lax', maxAge: STATE_SECONDS } as const;
    reply.setCookie(this.#stateCookieName, sealed, attributes);
  }

  /** What it brought back, once. */
  takeStateCookie(request: FastifyRequest, reply: FastifyReply): string | undefined {
    reply.clearCookie(this.#stateCookieName, { ...this.#attributes, sameSite: 'lax' });
    return request.cookies[this.#stateCookieName];
  }

  clearCookie(reply: FastifyReply): void {
    reply.clearCookie(this.cookieName, this.#attributes);
  }

  async #programOf(request: FastifyRequest, reply: FastifyReply): Promise<Caller> {
    const token = bearerOf(request.raw);
    const data = AuthenticateApiToken.data.safeParse({ token, ...plainOriginOf(request) });
    const answer = data.success
      ? await this.#bus.request(AuthenticateApiToken, data.data, anonymousContext())
      : undefined;
    if (answer?.kind === 'rejected' && answer.code === 'Unavailable')
      throw problemOfRefusal(answer);
    if (answer?.kind !== 'done') {
      reply.header('www-authenticate', 'Bearer error="invalid_token"');
      const detail = 'The API token is not valid: it was revoked, has expired, or never was one.';
      throw new Problem('SignInRequired', detail);
    }
    const { user, token_id: tokenId, scopes, expires_at, note_use: isDue, origin } = answer.result;
    this.#accounts.set(request, user);
    if (isDue) this.#noteUse(tokenId, request);
    return { ...personOf(user), tokenId, scopes, expiresAt: Date.parse(expires_at), origin };
  }

  /** Nobody waits for it, and of requests at the same time one does it. */
  #noteUse(tokenId: string, request: FastifyRequest): void {
    if (this.#noting.has(tokenId)) return;
    this.#noting.add(tokenId);
    this.#bus
      .request(NoteApiTokenUse, { token_id: tokenId }, systemContext())
      .catch((error: unknown) => request.trace.span.within(() => this.#onError(error)))
      .finally(() => this.#noting.delete(tokenId));
  }

  get cookieName(): string {
    return this.#secure ? '__Host-sortie' : 'sortie';
  }

  get #stateCookieName(): string {
    return `${this.cookieName}-oidc`;
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

const personOf = ({ id, role, must_change_password: mustChange }: Account): Caller => ({
  actor: { id, role },
  ...(mustChange && { mustChangePassword: true }),
});

function anonymousContext(): RequestContext {
  const id = randomUUID();
  return { actor: ANONYMOUS, commandId: id, correlationId: id };
}
