import { LRUCache } from 'lru-cache';
import { ListParticipants } from '#shared/contracts/sharing.js';
import { type Commit, partsOf } from '#shared/es/commit.js';
import { type Bus, BusUnavailableError } from '#shared/es/operation.js';
import { systemContext } from '#shared/es/system-context.js';

/** What guests hear of the life of a session: that it goes on, or not. */
const TOLD = /^sortie\.session\.(SessionStopped|SessionExpired|SessionFailed|SessionExtended)\.v1$/;
const REMEMBERED_MAX = 1_000;

/** Whom it is told, by sequence: everybody who has a stream open asks the same. */
const remembered = new WeakMap<Bus, LRUCache<number, Promise<readonly string[]>>>();

/** Whether a commit tells somebody, who is a guest of a session, of its end or of more time for it. */
export async function isToldAsGuest(commit: Commit, userId: string, bus: Bus): Promise<boolean> {
  const isTold = commit.events.some(
    ({ type, data }) => TOLD.test(type) && (data as { userId: string }).userId !== userId,
  );
  return isTold && (await guestsOf(commit, bus)).includes(userId);
}

function guestsOf({ sequence, stream }: Commit, bus: Bus): Promise<readonly string[]> {
  const known = remembered.get(bus) ?? new LRUCache({ max: REMEMBERED_MAX });
  remembered.set(bus, known);
  const asked = known.get(sequence) ?? ask(partsOf(stream).id, bus);
  known.set(sequence, asked);
  asked.catch(() => known.delete(sequence));
  return asked;
}

async function ask(session_id: string, bus: Bus): Promise<readonly string[]> {
  const reply = await bus.request(ListParticipants, { session_id }, systemContext());
  // A stream that breaks goes on from there; an event that is left out is missed for good.
  if (reply.kind === 'rejected') throw new BusUnavailableError(reply.detail);
  return reply.result.user_ids;
}
