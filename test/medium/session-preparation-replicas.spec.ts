// Goal: of several replicas, the one that holds a start says how far it is, and nobody else.
// Method: two replicas of the session service on one log and a real PostgreSQL, each with a bus of its own; runtimes are
// doubles on one machine.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { FindSession, RequestSession } from '#shared/contracts/session.js';
import { recordedEvents } from '#shared/es/recorded-events.js';
import { asked } from '#test/support/catalog-host.js';
import { resultIn } from '#test/support/session-host.js';
import {
  type SessionReplica,
  sessionReplicas,
  type SessionReplicas,
} from '#test/support/session-replicas.js';
import { until } from '#test/support/waits.js';

const bytes = (done: number) => ({ step: 'image', done, total: 100 }) as const;

let stage: SessionReplicas;
beforeEach(async () => {
  stage = await sessionReplicas();
});
afterEach(() => stage.close());

async function requestAt(replica: SessionReplica): Promise<string> {
  await stage.register(replica, 'term');
  return resultIn(await replica.bus.request(RequestSession, { app_id: 'term' }, asked('user'))).id;
}
const recordedOf = async (id: string) => {
  const { commits } = await stage.log.read({ after: 0, services: ['session'] });
  return commits
    .filter(({ stream }) => stream.endsWith(`.preparation.${id}`))
    .flatMap((commit) => recordedEvents(commit))
    .map(({ data }) => (data as { done: number }).done);
};

it('is told by the replica that starts it, seen at both, and by the next one after it', async () => {
  const first = await stage.open();
  const second = await stage.open();
  const id = await requestAt(first);
  const start = await until('the start', () => first.starts[0]);
  const shows = (replica: typeof first, done: number) =>
    until(`${done} is shown`, async () => {
      const reply = await replica.bus.request(FindSession, { session_id: id }, asked('admin'));
      return reply.kind === 'done' && reply.result.preparation?.done === done;
    });

  start.tell(bytes(40));
  await Promise.all([shows(first, 40), shows(second, 40)]);
  expect(second.driver.started).toEqual([]);

  await first.supervision.close();
  const next = await until('the start at the other one', () => second.starts[0]);
  start.tell(bytes(99));
  next.tell(bytes(10));
  await Promise.all([shows(first, 10), shows(second, 10)]);
  start.tell(bytes(100));
  next.becomeReady();
  await until('it runs', async () => {
    const reply = await first.bus.request(FindSession, { session_id: id }, asked('admin'));
    return reply.kind === 'done' && reply.result.status === 'running';
  });
  expect(await recordedOf(id)).toEqual([40, 10]);
});
