import type { AuditEvent } from '#shared/contracts/audit.js';
import type { AttemptRefused } from '#shared/es/attempt-refused.js';
import type { Trail } from './trail.js';

/** What the trail says of what was done with the trail itself. */
export const auditTrail: Trail<Exclude<AuditEvent, AttemptRefused>> = {
  AuditExported: ({ data: { format, filters, through } }) => ({
    action: 'EXPORT_AUDIT',
    resource: ['trail', null],
    details: { format, filters, through },
  }),
  RetentionApplied: ({ data: { days, before, through, entries } }) => ({
    action: 'APPLY_RETENTION',
    resource: ['trail', null],
    details: { days, before, through, entries },
  }),
};
