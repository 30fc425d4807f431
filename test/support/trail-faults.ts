import type { AuditEntry } from '#shared/contracts/audit.js';
import type { ClientOperation, LoggedCommit } from './history.js';

export type TrailEntry = Pick<AuditEntry, 'sequence' | 'outcome'>;

/**
 * Compares the audit trail with what clients were told: whoever was answered has one entry, of the right outcome, and
 * no commit has more entries than events.
 */
export function trailFaults(
  operations: readonly ClientOperation[],
  log: readonly LoggedCommit[],
  trail: readonly TrailEntry[],
): string[] {
  const bySequence = new Map<number, TrailEntry[]>();
  for (const entry of trail) {
    bySequence.set(entry.sequence, [...(bySequence.get(entry.sequence) ?? []), entry]);
  }
  const byCommand = new Map(log.map((commit) => [commit.commandId, commit]));
  const events = new Map(log.map((commit) => [commit.sequence, commit.events.length]));
  const ofOperations = operations.flatMap(({ key, commandId, attempts }) => {
    const answer = attempts.find(({ outcome }) => outcome !== 'unknown');
    const commit = byCommand.get(commandId);
    // What was never answered, or is in no log, is told by the history.
    if (!answer || !commit) return [];
    const entries = bySequence.get(commit.sequence) ?? [];
    const [entry] = entries;
    const outcome = answer.outcome === 'ok' ? 'done' : 'refused';
    if (entries.length === 1 && entry?.outcome === outcome) return [];
    const found = entries.map((one) => one.outcome).join(', ') || 'nothing';
    return [`${key} was ${outcome} in commit ${commit.sequence}, of which the trail has: ${found}`];
  });
  const ofCommits = [...bySequence].flatMap(([sequence, { length }]) => {
    const known = events.get(sequence) ?? 0;
    if (length <= known) return [];
    return [`the trail has ${length} entries of commit ${sequence}, which has ${known} events`];
  });
  return [...ofOperations, ...ofCommits];
}
