import { auditTrail } from './0001_audit_trail.js';

/** In the order in which they run; a shipped one never changes. */
export const migrations = { '0001_audit_trail': auditTrail };
