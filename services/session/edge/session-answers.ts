import type { SessionLifeEvent } from '#shared/contracts/session.js';
import { rejected } from '#shared/boot/reply.js';
import type { RecordedEvent } from '#shared/es/commit.js';
import { projectSession, type SessionRow } from '../read/sessions.js';

/** A session's row after what was decided about it; the answer to a command is made of it, so that it never waits for the projector. */
export function rowAfter(
  row: SessionRow | undefined,
  events: readonly RecordedEvent<SessionLifeEvent>[],
): SessionRow {
  const after = events.reduce(projectSession, row);
  if (!after) throw new Error('A session that was decided on has a row');
  return after;
}

/** Refuses what concerns a session that is not there, or that the asker must not know of. */
export const unknownSession = (sessionId: string) =>
  rejected('SessionUnknown', `There is no session "${sessionId}".`);
