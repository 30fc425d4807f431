import { Controller, Inject } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { v7 as uuidV7 } from 'uuid';
import { BeginAuditExport, ReadAuditExport } from '#shared/contracts/audit.js';
import type { Asked } from '#shared/boot/bus-request.js';
import { Handles } from '#shared/boot/handles.js';
import { done, rejected } from '#shared/boot/reply.js';
import type { Service } from '#shared/boot/service.js';
import { trailExport } from '../domain/trail-use.js';
import { ExportOutrunError, placeBeforeOldest, readStretch } from '../read/audit-export.query.js';
import type { AuditTables } from '../read/tables.js';
import { openEntries, type OpenTexts } from '../process/open-entries.js';
import { AUDIT, HEAD, OPEN_TEXTS } from '../tokens.js';

/** Reads from the primary: an export must not end before what was there when it began. */
@Controller()
export class ExportController {
  constructor(
    @Inject(AUDIT) private readonly service: Service<AuditTables>,
    @Inject(HEAD) private readonly head: () => Promise<number>,
    @Inject(OPEN_TEXTS) private readonly openTexts: OpenTexts,
  ) {}

  @Handles(BeginAuditExport)
  async begin(@Payload() { data, context }: Asked<typeof BeginAuditExport>) {
    const { format, ...asked } = data;
    const filters = JSON.parse(JSON.stringify(asked)) as Record<string, string>;
    const through = await this.head();
    const after = await placeBeforeOldest(this.service.database.primary);
    const outcome = await this.service.commands.handle(trailExport, {
      aggregate: 'export',
      id: uuidV7(),
      command: { type: 'RecordExport', data: { format, filters, through } },
      context,
    });
    if (outcome.kind === 'rejected') return outcome;
    if (outcome.kind === 'committed' && !outcome.caughtUp) {
      return rejected('Unavailable', 'The trail is behind the log; export it in a moment.');
    }
    return done({ through, after });
  }

  @Handles(ReadAuditExport)
  async read(@Payload() { data }: Asked<typeof ReadAuditExport>) {
    try {
      const { entries, ...rest } = await readStretch(this.service.database.primary, data);
      return done({ entries: await openEntries(this.openTexts, entries), ...rest });
    } catch (error) {
      if (error instanceof ExportOutrunError) return rejected('ExportOutrun', error.message);
      throw error;
    }
  }
}
