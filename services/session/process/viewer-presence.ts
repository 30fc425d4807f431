import { v5 as uuidV5 } from 'uuid';
import type { ViewerJoined } from '#shared/contracts/sharing.js';
import { streamOf } from '#shared/es/commit.js';
import type { CommandHandler, DecisionStore, Outcome } from '#shared/es/command-handler.js';
import type { Message } from '#shared/es/decider.js';
import type { RequestContext } from '#shared/es/operation.js';
import { systemContext } from '#shared/es/system-context.js';
import { gateway, type Gateway } from '../domain/gateway.js';
import { viewer, type ViewerCommand } from '../domain/viewer.js';
import type { ViewerRow } from '../read/session-viewers.js';
import { lostGateways, type ViewingGateway } from './gateway-lease.process.js';
import type { SupervisorLog } from './supervisor-parts.js';

const LOST_NAMESPACE = '6a0f4f1c-1f0e-5b7a-9c55-7d3f0f6b8e21';
const SWEEP_INTERVAL_MS = 15_000;

/** What is read of the session service's own read models. */
export type PresenceRows = Readonly<{
  find: (viewerId: string) => Promise<ViewerRow | undefined>;
  listOf: (gatewayId: string) => Promise<readonly ViewerRow[]>;
  listGateways: () => Promise<readonly Omit<ViewingGateway, 'confirmedAt'>[]>;
  /** Who else may be in a session at a time. */
  listParticipantIds: (sessionId: string, at: string) => Promise<string[]>;
}>;

export type PresenceParts = Readonly<{
  commands: CommandHandler;
  decisions: DecisionStore;
  rows: PresenceRows;
  caughtUp: () => Promise<boolean>;
  now: () => Date;
  log: SupervisorLog;
}>;

type Told = Readonly<{ gatewayId: string; upTo: number; viewerIds: readonly string[] }>;

/**
 * Keeps on record who has which desktop on screen. Gateways tell of each viewer that comes and goes, and now and then
 * of all that they have: so a report that was lost is made up for, a gateway that starts again puts an end to what it
 * had before, and one that never comes back is given up when it has been silent for too long.
 */
export class ViewerPresence {
  readonly #parts: PresenceParts;
  readonly #listeningSinceMs: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: PresenceParts) {
    this.#parts = parts;
    this.#listeningSinceMs = parts.now().getTime();
  }

  /** Looks for gateways that are gone, now and then. Every replica does: to end a viewer twice is to end it once. */
  start(): void {
    this.#timer = setInterval(() => {
      this.sweep().catch((cause: unknown) => {
        const reason = cause instanceof Error ? cause.message : String(cause);
        this.#parts.log('warn', 'viewers of lost gateways can not be looked for', { reason });
      });
    }, SWEEP_INTERVAL_MS).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Errors: LogUnavailableError. */
  async joined(
    of: Omit<ViewerJoined['data'], 'participantIds'>,
    context: RequestContext,
  ): Promise<Outcome<Message>> {
    const participantIds = await this.#participants(of.sessionId);
    const command = { type: 'RecordViewerJoined', data: { ...of, participantIds } } as const;
    return this.#handle(of.viewerId, command, asPerson(context, of.watcherId));
  }

  /** Errors: LogUnavailableError. */
  async left(viewerId: string, code: number, context: RequestContext): Promise<void> {
    // Its joining may have been told to another replica a moment ago.
    await this.#parts.caughtUp();
    const row = await this.#parts.rows.find(viewerId);
    if (row) await this.#end(row, code, asPerson(context, row.user_id));
  }

  /**
   * Ends what is on record as the gateway's and is not among what it tells, and renews its lease. What it began after
   * it told is no part of that, however late this comes. Returns those that are not on record.
   */
  async confirmed({ gatewayId, upTo, viewerIds }: Told, context: RequestContext) {
    await this.#parts.caughtUp();
    const rows = await this.#parts.rows.listOf(gatewayId);
    const told = new Set(viewerIds);
    const gone = rows.filter(({ id, join_order }) => join_order <= upTo && !told.has(id));
    for (const row of gone) await this.#lose(row);
    const at = this.#parts.now().toISOString();
    await this.#parts.commands.handle(gateway, {
      ...{ aggregate: 'gateway', id: gatewayId, context },
      command: { type: 'ConfirmViewers', data: { gatewayId, viewers: told.size, at } },
    });
    const known = new Set(rows.map(({ id }) => id));
    return viewerIds.filter((id) => !known.has(id));
  }

  /** Ends the viewers of gateways that are gone. */
  async sweep(): Promise<void> {
    const { rows, now } = this.#parts;
    const viewing = await rows.listGateways();
    const gateways = await Promise.all(
      viewing.map(async (one) => ({ ...one, confirmedAt: await this.#confirmedAt(one.id) })),
    );
    for (const id of lostGateways(gateways, now().getTime(), this.#listeningSinceMs)) {
      this.#parts.log('warn', 'a gateway is silent; its viewers are taken to be gone', { id });
      for (const row of await rows.listOf(id)) await this.#lose(row);
    }
  }

  async #confirmedAt(gatewayId: string): Promise<string | null> {
    const stream = streamOf('session', 'gateway', gatewayId);
    const found = await this.#parts.decisions.findAggregate(stream);
    return (found?.state as Gateway | undefined)?.seenAt ?? null;
  }

  #lose(row: ViewerRow): Promise<Outcome<Message>> {
    const commandId = uuidV5(`${row.id}:${row.since}`, LOST_NAMESPACE);
    return this.#end(row, null, systemContext(commandId));
  }

  async #end(row: ViewerRow, code: number | null, context: RequestContext) {
    const participantIds = await this.#participants(row.session_id);
    const command = { type: 'RecordViewerLeft', data: { participantIds, code } } as const;
    return this.#handle(row.id, command, context);
  }

  #handle(id: string, command: ViewerCommand, context: RequestContext): Promise<Outcome<Message>> {
    return this.#parts.commands.handle(viewer, { aggregate: 'viewer', id, command, context });
  }

  #participants(sessionId: string): Promise<string[]> {
    const { rows, now } = this.#parts;
    return rows.listParticipantIds(sessionId, now().toISOString());
  }
}

/** The gateway tells it, but who came and went is the person. */
const asPerson = (context: RequestContext, id: string): RequestContext => ({
  ...context,
  actor: { id, role: 'user' },
});
