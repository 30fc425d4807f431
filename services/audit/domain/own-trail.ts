import type { AuditEntry } from '#shared/contracts/audit.js';

/** Who has not said who it is. */
const STRANGER = 'anonymous';

/**
 * An entry as one of those sees it whom it concerns. From where is told of one's own deeds, and of strangers at one's own
 * door; where somebody else sat is not for others.
 */
export function asSeenBy(userId: string, entry: AuditEntry): AuditEntry {
  if (entry.user === userId || entry.user === STRANGER) return entry;
  return { ...entry, ip_address: '', user_agent: '' };
}
