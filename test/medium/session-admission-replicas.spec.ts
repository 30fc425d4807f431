// Goal: two replicas of the session service together let no more sessions in than one would, and lose nobody who waits.
// Method: two replicas on one log and a real PostgreSQL, each with a bus of its own; runtimes are doubles on one machine.
import { afterEach, expect, it } from 'vitest';
import { FindQuota, RequestSession, StopSession } from '#shared/contracts/session.js';
import { LogUnavailableError } from '#shared/es/event-log.js';
import type { Reply } from '#shared/es/operation.js';
import type { Quota } from '#services/session/domain/admission.js';
import { asked } from '#test/support/catalog-host.js';
import { resultIn } from '#test/support/session-host.js';
import {
  type SessionReplica,
  sessionReplicas,
  type SessionReplicas,
} from '#test/support/session-replicas.js';
import { until } from '#test/support/waits.js';

let stage: SessionReplicas;
let both: readonly [SessionReplica, SessionReplica];
afterEach(() => stage.close());

async function open(quota: Partial<Quota>): Promise<void> {
  stage = await sessionReplicas(quota);
  both = [await stage.open(), await stage.open()];
  await stage.register(both[0], 'term');
  const isThere = async () => (await launch(both[1], 'x', 'term')).kind === 'done';
  await until('the app is known at both', isThere);
}
/** Asks again where that is the answer, as a client does: of so many at once, others may have been faster every time. */
async function launch({ bus }: SessionReplica, userId: string, app_id = 'term') {
  const context = asked('user', { actor: { id: userId, role: 'user' } });
  for (;;) {
    try {
      return await bus.request(RequestSession, { app_id }, context);
    } catch (error) {
      if (!(error instanceof LogUnavailableError)) throw error;
    }
  }
}
const quotaAt = async ({ bus }: SessionReplica, id: string) =>
  resultIn(await bus.request(FindQuota, {}, asked('user', { actor: { id, role: 'user' } })));
/** How many replies there are of each kind. */
const tallyOf = (replies: readonly Reply<unknown>[]) => {
  const words = replies.map((reply) => (reply.kind === 'done' ? 'done' : reply.code));
  return Object.fromEntries(
    [...new Set(words)].map((w) => [w, words.filter((x) => x === w).length]),
  );
};

it('of two hundred launches at both at once, exactly the five that one person may have start', async () => {
  await open({ perUserMax: 5 });
  const asking = Array.from({ length: 200 }, (_, i) => launch(both[i % 2 ? 1 : 0], 'anna'));
  expect(tallyOf(await Promise.all(asking))).toEqual({ done: 5, QuotaExceeded: 195 });
  await until('both know', async () => {
    const mine = await Promise.all(both.map((replica) => quotaAt(replica, 'anna')));
    return mine.every(({ mine: count }) => count === 5);
  });
});

it('of eighty people at once, as many get a place as there are, the others one in the queue or a refusal', async () => {
  await open({ totalMax: 21, queueMax: 30 });
  const asking = Array.from({ length: 80 }, (_, i) => launch(both[i % 2 ? 1 : 0], `user-${i}`));
  const replies = await Promise.all(asking);
  expect(tallyOf(replies)).toEqual({ done: 50, QueueFull: 30 });
  const sessions = replies.flatMap((reply) => (reply.kind === 'done' ? [reply.result] : []));
  const waiting = sessions.filter(({ queue_position: position }) => position !== null);
  expect(sessions.length - waiting.length).toBe(20);
  expect(waiting.map((one) => one.queue_position).toSorted((a, b) => (a ?? 0) - (b ?? 0))).toEqual(
    Array.from({ length: 30 }, (_, i) => i + 1),
  );
});

it('whoever waits is let in by the replica that is left, wherever the place was freed', async () => {
  await open({ totalMax: 1 });
  const [first, second] = both;
  const waiting = resultIn(await launch(second, 'bert'));
  expect(waiting.queue_position).toBe(1);
  const [start] = await until('the start', () => first.starts.length > 0 && first.starts);
  start?.becomeReady();
  await first.supervision.close();
  const alive = await second.service.reader
    .selectFrom('slots')
    .select('session_id')
    .where('state', '=', 'held')
    .executeTakeFirstOrThrow();
  const ended = await until('it can be stopped', async () => {
    const data = { session_id: alive.session_id };
    const reply = await first.bus.request(StopSession, data, asked('admin'));
    return reply.kind === 'done' && reply.result;
  });
  expect(['stopped', 'failed']).toContain(ended.status);
  await until('the start at the other one', () => second.starts.length > 0);
  expect(await quotaAt(second, 'bert')).toMatchObject({ running: 1, queued: 0 });
});
