import type { ViewerMode } from '#shared/contracts/session.js';
import type { SessionShared, ShareEvent } from '#shared/contracts/sharing.js';
import { partsOf, type RecordedEvent } from '#shared/es/commit.js';
import { rowModel } from '#shared/es/read-model.js';

export type ShareRow = {
  id: string;
  session_id: string;
  owner_id: string;
  /** Null for the share of one person. */
  secret_hash: string | null;
  mode: ViewerMode;
  /** JSON of the ids of those whom it lets in. */
  guest_ids: string;
  people_max: number;
  created_at: string;
  expires_at: string;
  version: number;
};

/** What lets others into a session, one row a share that has not been revoked; one that has expired stays. */
export const sessionShares = rowModel<ShareEvent, ShareRow>({
  table: 'session_shares',
  version: 1,
  key: 'id',
  keysOf(event) {
    const { aggregate, id } = partsOf(event.stream);
    return aggregate === 'share' ? [id] : [];
  },
  project(row, event, id) {
    const after = projectShare(row, event);
    return after && { ...after, id };
  },
});

/** The row after one event; the answer to a command is made with it too. */
export function projectShare(
  row: ShareRow | undefined,
  event: RecordedEvent<ShareEvent>,
): ShareRow | undefined {
  if (event.type === 'SessionShared') return shared(event);
  if (!row || event.type === 'ShareRevoked') return undefined;
  const { sequence: version } = event;
  if (event.type === 'ShareModeChanged') return { ...row, mode: event.data.to, version };
  const guestIds = new Set([...guestIdsOf(row), event.data.guestId]);
  return { ...row, guest_ids: JSON.stringify([...guestIds]), version };
}

/** Whom a share lets in. */
export const guestIdsOf = ({ guest_ids }: Pick<ShareRow, 'guest_ids'>): readonly string[] =>
  JSON.parse(guest_ids) as string[];

const shared = ({ data, cloud, sequence }: RecordedEvent<SessionShared>): ShareRow => ({
  id: data.shareId,
  session_id: data.sessionId,
  owner_id: data.userId,
  secret_hash: data.secretHash,
  mode: data.mode,
  guest_ids: JSON.stringify(data.guestId === null ? [] : [data.guestId]),
  people_max: data.peopleMax,
  created_at: cloud.time,
  expires_at: data.expiresAt,
  version: sequence,
});
