import { Controller, Inject } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { ListAudit, ShowAnalytics } from '#shared/contracts/audit.js';
import { Handles } from '#shared/boot/handles.js';
import type { Asked } from '#shared/boot/bus-request.js';
import { done, rejected } from '#shared/boot/reply.js';
import type { Service } from '#shared/boot/service.js';
import { showAnalytics } from '../read/analytics.query.js';
import { CursorError, listAudit } from '../read/audit-log.query.js';
import type { AuditTables } from '../read/tables.js';
import { AUDIT, NOW } from '../tokens.js';

@Controller()
export class AuditController {
  constructor(
    @Inject(AUDIT) private readonly service: Service<AuditTables>,
    @Inject(NOW) private readonly now: () => Date,
  ) {}

  @Handles(ListAudit)
  async list(@Payload() { data }: Asked<typeof ListAudit>) {
    try {
      return done(await listAudit(this.service.reader, data));
    } catch (error) {
      if (error instanceof CursorError) return rejected('InvalidRequest', error.message);
      throw error;
    }
  }

  @Handles(ShowAnalytics)
  async analytics(@Payload() { data }: Asked<typeof ShowAnalytics>) {
    return done(await showAnalytics(this.service.reader, { days: data.days, now: this.now() }));
  }
}
