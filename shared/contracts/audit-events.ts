import { z } from 'zod';
import { type AuditExported, EXPORT_FORMATS, type RetentionApplied } from './audit.js';
import { type EventShapes, eventTime } from './event-shapes.js';

export const exportData: EventShapes<AuditExported> = {
  AuditExported: z
    .strictObject({
      format: z.enum(EXPORT_FORMATS),
      filters: z.record(z.string(), z.string()).describe('Which entries were asked for'),
      through: z.number().int().describe('Sequence of the last commit that it tells of'),
    })
    .describe('Somebody took entries out of the trail.'),
};

export const retentionData: EventShapes<RetentionApplied> = {
  RetentionApplied: z
    .strictObject({
      days: z.number().int().describe('How long entries were to stay'),
      before: eventTime.describe('What was older than this has left'),
      through: z.number().int().describe('Sequence up to which nothing is left in the trail'),
      entries: z.number().int().describe('How many have left'),
    })
    .describe('Old entries left the trail that can be searched. The log keeps what they tell of.'),
};
