import type { AdmissionEvent } from '#shared/contracts/admission.js';
import { accept, type Decider, type Message, reject } from '#shared/es/decider.js';

/** How many sessions there may be. */
export type Quota = Readonly<{
  /** Of one person, those in the queue included. */
  perUserMax: number;
  /** Alive at once. */
  totalMax: number;
  /** Waiting for a place. */
  queueMax: number;
}>;

type Place = Readonly<{ sessionId: string; userId: string }>;
/** Who has a place, and who waits for one in the order in which they came. */
export type Admission = Readonly<{ held: readonly Place[]; queue: readonly Place[] }>;

type Asked = Readonly<{ quota: Quota }>;
export type AdmissionCommand =
  /** Asked for before there is a session: it gets a place, one in the queue, or a refusal. */
  | Message<'TakeSlot', Place & Asked>
  /** A session that runs already has a place, whatever the quota says. */
  | Message<'KeepSlot', Place & Asked>
  | Message<'FreeSlot', Readonly<{ sessionId: string }> & Asked>
  /** The quota may be another one than before. */
  | Message<'AdmitWaiting', Asked>;

/**
 * The places for sessions, all in one stream: that is what makes a count of them and the taking of one a single step.
 * Everything is idempotent by the session's id, so whoever is not sure that a command arrived may repeat it.
 */
export const admission: Decider<AdmissionCommand, AdmissionEvent, Admission> = {
  initialState: { held: [], queue: [] },

  evolve(state, event): Admission {
    const { sessionId, userId } = event.data;
    const place = { sessionId, userId };
    switch (event.type) {
      case 'SlotTaken':
        return { held: [...without(state.held, place), place], queue: without(state.queue, place) };
      case 'SessionQueued':
        return { ...state, queue: [...state.queue, place] };
      case 'SlotFreed':
        return { held: without(state.held, place), queue: without(state.queue, place) };
      case 'QueueMoved':
        return state;
    }
  },

  decide({ type, data }, state) {
    switch (type) {
      case 'TakeSlot':
        return take(data, state);
      case 'KeepSlot': {
        if (state.held.some(isSame(data))) return accept();
        const { sessionId, userId } = data;
        return settled([{ type: 'SlotTaken', data: { sessionId, userId } }], state, data);
      }
      case 'FreeSlot':
        return free(data, state);
      case 'AdmitWaiting':
        return settled([], state, data);
    }
  },
};

/** The place of a session in the queue, from 1; undefined when it does not wait. */
export function positionOf({ queue }: Admission, sessionId: string): number | undefined {
  const index = queue.findIndex((one) => one.sessionId === sessionId);
  return index < 0 ? undefined : index + 1;
}

function take(asked: Place & Asked, state: Admission) {
  const { sessionId, userId, quota } = asked;
  const place = { sessionId, userId };
  if ([...state.held, ...state.queue].some(isSame(place))) return accept<AdmissionEvent>();
  const mine = countOf(state.held, userId) + countOf(state.queue, userId);
  if (mine >= quota.perUserMax) return reject('QuotaExceeded', pastQuota(mine, quota));
  // Nobody overtakes who waits and may go, as after a start with a larger quota.
  if (state.held.length < quota.totalMax && nextOf(state, quota) === undefined) {
    return accept<AdmissionEvent>({ type: 'SlotTaken', data: place });
  }
  if (state.queue.length >= quota.queueMax) return reject('QueueFull', fullQueue(state, quota));
  const position = state.queue.length + 1;
  return settled([{ type: 'SessionQueued', data: { ...place, position } }], state, asked);
}

function free(asked: Readonly<{ sessionId: string }> & Asked, state: Admission) {
  const place = [...state.held, ...state.queue].find(isSame(asked));
  if (!place) return accept<AdmissionEvent>();
  return settled([{ type: 'SlotFreed', data: place }], state, asked);
}

/** What happened, and what follows for those who wait: who may go goes, the others move up. */
function settled(happened: readonly AdmissionEvent[], before: Admission, { quota }: Asked) {
  const events = [...happened];
  let state = happened.reduce(admission.evolve, before);
  for (let next = nextOf(state, quota); next; next = nextOf(state, quota)) {
    const taken: AdmissionEvent = { type: 'SlotTaken', data: next };
    events.push(taken);
    state = admission.evolve(state, taken);
  }
  const queued = happened.filter(({ type }) => type === 'SessionQueued').map(({ data }) => data);
  return accept<AdmissionEvent>(...events, ...moves([...before.queue, ...queued], state));
}

/** First come, first served; but who has all that one person may have does not keep others from a place. */
const nextOf = ({ held, queue }: Admission, { totalMax, perUserMax }: Quota): Place | undefined =>
  held.length < totalMax
    ? queue.find(({ userId }) => countOf(held, userId) < perUserMax)
    : undefined;

/** Tells those whose place in the queue is not the one that they know of. */
const moves = (told: readonly Place[], { queue }: Admission): AdmissionEvent[] =>
  queue.flatMap((place, index) =>
    told[index]?.sessionId === place.sessionId
      ? []
      : [{ type: 'QueueMoved', data: { ...place, position: index + 1 } }],
  );

const isSame =
  ({ sessionId }: Readonly<{ sessionId: string }>) =>
  (other: Place): boolean =>
    other.sessionId === sessionId;
const without = (places: readonly Place[], { sessionId }: Place): readonly Place[] =>
  places.filter((other) => other.sessionId !== sessionId);
const countOf = (places: readonly Place[], userId: string): number =>
  places.filter((place) => place.userId === userId).length;

const pastQuota = (mine: number, { perUserMax }: Quota): string =>
  `You have ${mine} ${mine === 1 ? 'session' : 'sessions'}, and one person may have ${perUserMax}; end one and launch again.`;
const fullQueue = ({ held, queue }: Admission, { totalMax }: Quota): string =>
  `All places for sessions are taken (${Math.max(held.length, totalMax)}), and as many sessions wait for one as may (${queue.length}); try again later.`;
