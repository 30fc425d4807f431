import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import { v7 as uuidV7 } from 'uuid';
import {
  ConfirmViewers,
  RecordViewerJoined,
  RecordViewerLeft,
  VIEWERS_CONFIRMED_MS,
} from '#shared/contracts/sharing.js';
import { type Bus, BusUnavailableError, type Reply } from '#shared/es/operation.js';
import { systemContext } from '#shared/es/system-context.js';
import type { ViewerGrant } from '../viewer/viewer-proxy.js';

const RETRY_MS = 5_000;

/**
 * Which gateway this is, over its restarts: none shares its control socket's path with another one of the same host.
 * A hash, because paths and names of hosts are nobody's business.
 */
export const gatewayIdOf = (controlPath: string): string =>
  createHash('sha256')
    .update(JSON.stringify([hostname(), controlPath]))
    .digest('base64url');

type Open = {
  readonly id: string;
  readonly order: number;
  readonly grant: ViewerGrant;
  /** What is being told of it; one thing after the other. */
  telling: Promise<unknown>;
};

type Parts = Readonly<{ bus: Bus; gatewayId: string; onError: (error: unknown) => void }>;

/**
 * Tells the session service who has which desktop on screen: each viewer that comes and goes, at once, and all that
 * there are, now and then and at the start. So what got lost on the way, or with the process before this one, is put right.
 */
export class ViewerReports {
  readonly #parts: Parts;
  readonly #open = new Map<ViewerGrant, Open>();
  #order = 0;
  /** What is on record may be something else than what there is. */
  #isInDoubt = true;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Puts right what is on record, and keeps it so. */
  start(): void {
    void this.#confirm();
  }

  opened(grant: ViewerGrant): void {
    const open: Open = { id: uuidV7(), order: this.#nextOrder(), grant, telling: this.#nothing };
    this.#open.set(grant, open);
    this.#tell(open, () => this.#join(open));
  }

  closed(grant: ViewerGrant, code: number): void {
    const open = this.#open.get(grant);
    if (!open) return;
    this.#tell(open, () =>
      this.#parts.bus.request(RecordViewerLeft, { viewer_id: open.id, code }, systemContext()),
    );
    // Until then it is none that has silently gone.
    void open.telling.finally(() => this.#open.delete(grant));
  }

  /** Tells what is left to tell, for as long as the bus takes; then no more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await Promise.all([...this.#open.values()].map(({ telling }) => telling));
  }

  #nothing: Promise<unknown> = Promise.resolve();

  /** By the clock, so that it goes on growing after a restart. */
  #nextOrder(): number {
    this.#order = Math.max(Date.now(), this.#order + 1);
    return this.#order;
  }

  #join({ id, order, grant }: Open): Promise<Reply<null>> {
    const { sessionId, userId, mode, shareId, ip, userAgent } = grant;
    const context = { ...systemContext(), ...(ip && { ip }), ...(userAgent && { userAgent }) };
    const data = {
      ...{ viewer_id: id, gateway_id: this.#parts.gatewayId, order },
      ...{ session_id: sessionId, user_id: userId, mode, share_id: shareId ?? null },
    };
    return this.#parts.bus.request(RecordViewerJoined, data, context);
  }

  #tell(open: Open, request: () => Promise<Reply<unknown>>): void {
    open.telling = open.telling.then(request).then(requireDone).catch(this.#failed);
  }

  readonly #failed = (error: unknown): void => {
    this.#isInDoubt = true;
    this.#parts.onError(error);
  };

  async #confirm(): Promise<void> {
    if (this.#isInDoubt || this.#open.size > 0) {
      this.#isInDoubt = false;
      await this.#tellAll().catch(this.#failed);
    }
    if (this.#isClosed) return;
    const ms = this.#isInDoubt ? RETRY_MS : VIEWERS_CONFIRMED_MS;
    this.#timer = setTimeout(() => void this.#confirm(), ms).unref();
  }

  async #tellAll(): Promise<void> {
    const { bus, gatewayId } = this.#parts;
    const told = [...this.#open.values()];
    const data = {
      ...{ gateway_id: gatewayId, up_to: this.#nextOrder() },
      viewer_ids: told.map(({ id }) => id),
    };
    const reply = await bus.request(ConfirmViewers, data, systemContext());
    requireDone(reply);
    const unknown = new Set(reply.kind === 'done' ? reply.result.unknown_ids : []);
    for (const open of told) if (unknown.has(open.id)) this.#tell(open, () => this.#join(open));
  }
}

/** What passes with time is told again; anything else would be refused the next time, too. */
function requireDone(reply: Reply<unknown>): void {
  if (reply.kind === 'rejected' && reply.code === 'Unavailable') {
    throw new BusUnavailableError(reply.detail);
  }
}
