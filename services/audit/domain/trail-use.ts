import type { AuditExported, RetentionApplied } from '#shared/contracts/audit.js';
import { accept, type Decider, type Message } from '#shared/es/decider.js';

type RecordExport = Message<'RecordExport', AuditExported['data']>;
type ApplyRetention = Message<'ApplyRetention', RetentionApplied['data']>;

/** One export of entries. There is nothing to decide: somebody who may has asked for it. */
export const trailExport: Decider<RecordExport, AuditExported, null> = {
  initialState: null,
  evolve: () => null,
  decide: ({ data }) => accept({ type: 'AuditExported', data }),
};

/** Entries leave the trail. What is due says `retention.ts`. */
export const retention: Decider<ApplyRetention, RetentionApplied, null> = {
  initialState: null,
  evolve: () => null,
  decide: ({ data }) => accept({ type: 'RetentionApplied', data }),
};
