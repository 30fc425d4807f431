import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AdmissionEvent } from '#shared/contracts/admission.js';
import { given } from '#test/support/given.js';
import {
  type Admission,
  admission,
  type AdmissionCommand,
  positionOf,
  type Quota,
} from './admission.js';

const QUOTA: Quota = { perUserMax: 2, totalMax: 2, queueMax: 2 };
const place = (sessionId: string, userId: string) => ({ sessionId, userId });
const taken = (sessionId: string, userId: string): AdmissionEvent => ({
  type: 'SlotTaken',
  data: place(sessionId, userId),
});
const queued = (sessionId: string, userId: string, position: number): AdmissionEvent => ({
  type: 'SessionQueued',
  data: { ...place(sessionId, userId), position },
});
const moved = (sessionId: string, userId: string, position: number): AdmissionEvent => ({
  type: 'QueueMoved',
  data: { ...place(sessionId, userId), position },
});
const freed = (sessionId: string, userId: string): AdmissionEvent => ({
  type: 'SlotFreed',
  data: place(sessionId, userId),
});
const take = (sessionId: string, userId: string, quota = QUOTA): AdmissionCommand => ({
  type: 'TakeSlot',
  data: { ...place(sessionId, userId), quota },
});
const free = (sessionId: string, quota = QUOTA): AdmissionCommand => ({
  type: 'FreeSlot',
  data: { sessionId, quota },
});

describe('a place for a session', () => {
  const full = [taken('s1', 'anna'), taken('s2', 'bert')];

  it('is taken while there is one', () => {
    given(admission)(taken('s1', 'anna')).when(take('s2', 'bert')).records(taken('s2', 'bert'));
  });

  it('is waited for when all are taken', () => {
    given(admission)(...full, queued('s3', 'carl', 1))
      .when(take('s4', 'dora'))
      .records(queued('s4', 'dora', 2));
  });

  it('is refused to whoever has all that one person may have, in the queue or not', () => {
    given(admission)(taken('s1', 'anna'), taken('s2', 'anna'))
      .when(take('s3', 'anna', { ...QUOTA, totalMax: 9 }))
      .rejects('QuotaExceeded');
    given(admission)(...full, queued('s3', 'anna', 1))
      .when(take('s4', 'anna'))
      .rejects('QuotaExceeded');
  });

  it('is refused when nobody else may wait', () => {
    given(admission)(...full, queued('s3', 'carl', 1), queued('s4', 'carl', 2))
      .when(take('s5', 'dora'))
      .rejects('QueueFull');
  });

  it('is not taken twice for one session', () => {
    for (const id of ['s1', 's3']) {
      given(admission)(...full, queued('s3', 'carl', 1))
        .when(take(id, 'anna'))
        .records();
    }
  });

  it('goes to who waits longest, and the others move up', () => {
    given(admission)(...full, queued('s3', 'carl', 1), queued('s4', 'dora', 2))
      .when(free('s1'))
      .records(freed('s1', 'anna'), taken('s3', 'carl'), moved('s4', 'dora', 1));
  });

  it('goes past who has all that one person may have', () => {
    // The quota was larger when carl was put into the queue.
    const quota = { ...QUOTA, perUserMax: 1 };
    const waiting = [queued('s3', 'bert', 1), queued('s4', 'dora', 2)];
    given(admission)(...full, ...waiting)
      .when(free('s1', quota))
      .records(freed('s1', 'anna'), taken('s4', 'dora'));
  });

  it('in the queue is given up without anybody else being admitted', () => {
    given(admission)(...full, queued('s3', 'carl', 1), queued('s4', 'dora', 2))
      .when(free('s3'))
      .records(freed('s3', 'carl'), moved('s4', 'dora', 1));
  });

  it('is given up once', () => {
    given(admission)(...full, freed('s1', 'anna'))
      .when(free('s1'))
      .records();
  });

  it('is kept by a session that runs, whatever the quota says', () => {
    const keep: AdmissionCommand = {
      type: 'KeepSlot',
      data: { ...place('s9', 'anna'), quota: { ...QUOTA, perUserMax: 1 } },
    };
    given(admission)(...full)
      .when(keep)
      .records(taken('s9', 'anna'));
    given(admission)(...full, taken('s9', 'anna'))
      .when(keep)
      .records();
  });

  it('is not taken past those who wait, when a start has brought more of them', () => {
    given(admission)(...full, queued('s3', 'carl', 1))
      .when(take('s4', 'dora', { ...QUOTA, totalMax: 3 }))
      .records(queued('s4', 'dora', 2), taken('s3', 'carl'), moved('s4', 'dora', 1));
    given(admission)(...full, queued('s3', 'carl', 1))
      .when({ type: 'AdmitWaiting', data: { quota: { ...QUOTA, totalMax: 3 } } })
      .records(taken('s3', 'carl'));
  });
});

describe('any history of requests and ends', () => {
  const quota = fc.record({
    perUserMax: fc.integer({ min: 1, max: 3 }),
    totalMax: fc.integer({ min: 1, max: 5 }),
    queueMax: fc.integer({ min: 0, max: 4 }),
  });
  const act = fc.record({
    isTake: fc.boolean(),
    session: fc.integer({ min: 0, max: 15 }),
    user: fc.integer({ min: 0, max: 3 }),
  });
  type Act = Readonly<{ isTake: boolean; session: number; user: number }>;

  const commandOf = ({ isTake, session, user }: Act, of: Quota): AdmissionCommand =>
    isTake ? take(`s${session}`, `u${user}`, of) : free(`s${session}`, of);
  const mine = ({ held, queue }: Admission, userId: string): number =>
    [...held, ...queue].filter((one) => one.userId === userId).length;
  const mayGo = ({ held, queue }: Admission, of: Quota): boolean =>
    held.length < of.totalMax &&
    queue.some(({ userId }) => held.filter((one) => one.userId === userId).length < of.perUserMax);

  /** Carries the commands out one after the other, and hands each step to `check`. */
  function walk(
    acts: readonly Act[],
    of: Quota,
    check: (state: Admission, events: readonly AdmissionEvent[], before: Admission) => void,
  ): Admission {
    return acts.reduce((before, one) => {
      const decision = admission.decide(commandOf(one, of), before);
      const events = decision.kind === 'accepted' ? decision.events : [];
      const state = events.reduce(admission.evolve, before);
      check(state, events, before);
      return state;
    }, admission.initialState);
  }

  it('keeps within the quota, counts no session twice, and leaves no place free that somebody may have', () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 60 }), quota, (acts, of) => {
        walk(acts, of, (state) => {
          const ids = [...state.held, ...state.queue].map(({ sessionId }) => sessionId);
          expect(new Set(ids).size).toBe(ids.length);
          expect(state.held.length).toBeLessThanOrEqual(of.totalMax);
          expect(state.queue.length).toBeLessThanOrEqual(of.queueMax);
          for (let user = 0; user < 4; user += 1) {
            expect(mine(state, `u${user}`)).toBeLessThanOrEqual(of.perUserMax);
          }
          expect(mayGo(state, of)).toBe(false);
        });
      }),
    );
  });

  it('tells everybody who waits the right place, and nobody a thing that they know', () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 60 }), quota, (acts, of) => {
        const told = new Map<string, number>();
        walk(acts, of, (state, events) => {
          for (const { type, data } of events) {
            const isNews = type !== 'QueueMoved' || told.get(data.sessionId) !== data.position;
            expect(isNews).toBe(true);
            if ('position' in data) told.set(data.sessionId, data.position);
            else told.delete(data.sessionId);
          }
          const right = state.queue.map(({ sessionId }, i) => [sessionId, i + 1] as const);
          expect(new Map(told)).toEqual(new Map(right));
          for (const [id, position] of right) expect(positionOf(state, id)).toBe(position);
        });
      }),
    );
  });

  it('admits in the order of the requests', () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 60 }), quota, (acts, of) => {
        walk(acts, of, ({ queue }, events, before) => {
          const admitted = events.filter(({ type }) => type === 'SlotTaken');
          const waited = admitted.map(({ data }) => positionOf(before, data.sessionId) ?? 99);
          expect(waited).toEqual(waited.toSorted((a, b) => a - b));
          const left = queue.map(({ sessionId }) => positionOf(before, sessionId) ?? 99);
          expect(left).toEqual(left.toSorted((a, b) => a - b));
        });
      }),
    );
  });

  it('leaves nothing behind once every session has ended', () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 60 }), quota, (acts, of) => {
        const ends = Array.from({ length: 16 }, (_, session) => ({
          ...{ isTake: false, session, user: 0 },
        }));
        expect(walk([...acts, ...ends], of, () => undefined)).toEqual({ held: [], queue: [] });
      }),
    );
  });
});
