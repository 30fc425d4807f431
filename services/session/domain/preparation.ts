import type { SessionPreparing, SessionStatus } from '#shared/contracts/session.js';
import { accept, type Decider, type Message, reject } from '#shared/es/decider.js';

type Told = SessionPreparing['data'];
export type Preparation = Readonly<{ latest: Told | null }>;
/** `status` is the session's at the time. */
export type RecordPreparation = Message<
  'RecordPreparation',
  Readonly<{ told: Told; status: SessionStatus }>
>;

/** How far the start of a session is. Nothing is told of a session that is no longer being created. */
export const preparation: Decider<RecordPreparation, SessionPreparing, Preparation> = {
  initialState: { latest: null },
  evolve: (_, { data }) => ({ latest: data }),
  decide({ data: { told, status } }, { latest }) {
    if (status !== 'creating') {
      const detail = `The session "${told.sessionId}" is ${status}; only one that is creating is prepared.`;
      return reject('TransitionForbidden', detail);
    }
    return isNews(told, latest) ? accept({ type: 'SessionPreparing', data: told }) : accept();
  },
};

/**
 * A start only moves forward. A later one, after a crash, begins anew, and from then on nobody listens to the one
 * before: a replica that was held up may still be at it.
 */
function isNews(told: Told, latest: Told | null): boolean {
  if (latest === null || told.startedAt > latest.startedAt) return true;
  if (told.startedAt < latest.startedAt || told.done < latest.done) return false;
  return told.done > latest.done || told.total !== latest.total;
}
