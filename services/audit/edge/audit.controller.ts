import { Controller, Inject } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import {
  ListAudit,
  ListMyTrail,
  ShowAnalytics,
  ShowAuditRetention,
  ShowAuditTimeline,
} from '#shared/contracts/audit.js';
import { Handles } from '#shared/boot/handles.js';
import type { Asked } from '#shared/boot/bus-request.js';
import { done, rejected } from '#shared/boot/reply.js';
import type { Service } from '#shared/boot/service.js';
import type { Reply } from '#shared/es/operation.js';
import { showAnalytics } from '../read/analytics.query.js';
import { CursorError, listAudit, listMyTrail } from '../read/audit-log.query.js';
import { showTimeline, TimelineError } from '../read/audit-timeline.query.js';
import { countRetained } from '../read/retention.query.js';
import type { AuditTables } from '../read/tables.js';
import { cutoffOf } from '../domain/retention.js';
import { asSeenBy } from '../domain/own-trail.js';
import { openEntries, type OpenTexts } from '../process/open-entries.js';
import { AUDIT, NOW, OPEN_TEXTS, RETENTION } from '../tokens.js';

@Controller()
export class AuditController {
  constructor(
    @Inject(AUDIT) private readonly service: Service<AuditTables>,
    @Inject(NOW) private readonly now: () => Date,
    @Inject(RETENTION) private readonly retentionDays: number | null,
    @Inject(OPEN_TEXTS) private readonly openTexts: OpenTexts,
  ) {}

  @Handles(ListAudit)
  async list(@Payload() { data, context: { asOf } }: Asked<typeof ListAudit>) {
    // Of what is only added to, the past is the beginning; a reader elsewhere may not have come so far.
    if (asOf !== undefined) await this.service.tablesFor({ asOf });
    const { reader, primary } = this.service.database;
    const db = asOf === undefined ? reader : primary;
    const reply = await understood(listAudit(db, data, asOf));
    if (reply.kind === 'rejected') return reply;
    const { entries, ...rest } = reply.result;
    return done({ entries: await openEntries(this.openTexts, entries), ...rest });
  }

  @Handles(ShowAuditTimeline)
  async timeline(@Payload() { data }: Asked<typeof ShowAuditTimeline>) {
    return understood(showTimeline(this.service.reader, data, this.now()));
  }

  @Handles(ListMyTrail)
  async mine(@Payload() { data, context }: Asked<typeof ListMyTrail>) {
    const { id: userId } = context.actor;
    const reply = await understood(listMyTrail(this.service.reader, { ...data, userId }));
    if (reply.kind === 'rejected') return reply;
    const { entries, ...rest } = reply.result;
    const seen = entries.map((entry) => asSeenBy(userId, entry));
    return done({ entries: await openEntries(this.openTexts, seen), ...rest });
  }

  @Handles(ShowAuditRetention)
  async retention(@Payload() { data }: Asked<typeof ShowAuditRetention>) {
    const days = data.days ?? this.retentionDays;
    const before = days === null ? undefined : cutoffOf(days, this.now());
    const counts = await countRetained(this.service.reader, before);
    return done({ days, before: before ?? null, ...counts });
  }

  @Handles(ShowAnalytics)
  async analytics(@Payload() { data }: Asked<typeof ShowAnalytics>) {
    return done(await showAnalytics(this.service.reader, { days: data.days, now: this.now() }));
  }
}

async function understood<R>(answer: Promise<R>): Promise<Reply<R>> {
  try {
    return done(await answer);
  } catch (error) {
    if (!(error instanceof CursorError || error instanceof TimelineError)) throw error;
    return rejected('InvalidRequest', error.message);
  }
}
