// Goal: what somebody else puts into the stream is no commit: nobody is given it, and no aggregate gets stuck behind it.
// Method: a user of NATS has the server write its answers into another service's stream, for the server asks nobody where
// an answer may go.
import { headers, type NatsConnection } from 'nats';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fill, newCommit, readAll, sequencesOf, streamNamed, upTo } from '#test/support/commits.js';
import { following } from '#test/support/following.js';
import { linkTo, openJetStreamLog } from '#test/support/jetstream-log.js';
import { NATS_VERSIONS, type NatsServer, startNatsServer } from '#test/support/nats-server.js';
import { until } from '#test/support/waits.js';

const OWN = streamNamed('own');
const VICTIM = streamNamed('victim', 'session');

describe.each(NATS_VERSIONS)('foreign messages on the %s server', (version) => {
  let server: NatsServer;
  let opened: Awaited<ReturnType<typeof openJetStreamLog>>;
  let told: string[];
  let intruder: Awaited<ReturnType<typeof linkTo>>;
  beforeEach(async () => {
    server = await startNatsServer({ version, store: 'memory' });
    told = [];
    opened = await openJetStreamLog(server, { onForeign: (sentence) => told.push(sentence) });
    intruder = await linkTo(server);
  });
  afterEach(async () => {
    await intruder.close();
    await opened.close();
    await server.stop();
  });

  const publish = async (nats: NatsConnection, text: string, over: Record<string, string>) => {
    const all = headers();
    for (const [name, value] of Object.entries(over)) all.set(name, value);
    const answer = await nats.request(OWN, text, { headers: all, timeout: 30_000 });
    return answer.json<{ seq: number }>().seq;
  };

  /** Leaves 8 messages: the commit of the victim, three of the intruder, and four answers. */
  async function intrude(): Promise<number[]> {
    const nats = await intruder.connected(10_000);
    const forged = JSON.stringify(newCommit().events);
    const plain = await publish(nats, forged, {});
    const spoofed = await publish(nats, forged, {
      'Nats-Sequence': '1',
      'Nats-Subject': VICTIM,
      'Nats-Stream': 'SORTIE',
    });
    // As the copy of a commit would look, once the server has forgotten the commit's id.
    await publish(nats, forged, { 'Nats-Msg-Id': 'copied', 'Nats-Stream': 'SORTIE' });
    for (const [operation, question] of [
      ['DIRECT.GET', { seq: plain }],
      ['DIRECT.GET', { seq: spoofed }],
      ['STREAM.INFO', {}],
      ['STREAM.MSG.GET', { seq: plain }],
    ] as const) {
      const before = await opened.log.head();
      nats.publish(`$JS.API.${operation}.SORTIE`, JSON.stringify(question), { reply: VICTIM });
      await until('the answer is stored', async () => (await opened.log.head()) === before + 1);
    }
    return [plain, spoofed];
  }

  it('are passed over by followers and readers, from memory and from the server, and are told', async () => {
    const follower = following(opened.log, { after: 0 });
    await opened.log.append(newCommit({ stream: VICTIM }));
    await intrude();
    await fill(opened.log, 2);
    const real = [1, 9, 10];
    await until('the follower', () => follower.throughs.at(-1) === 10);
    expect(sequencesOf(follower.commits)).toEqual(real);
    await follower.stop();
    expect(told).toHaveLength(7);
    expect(told[3]).toBe(
      `Message 5 of the event log, on ${VICTIM}, was not written by Sortie and is passed over: find out which user of NATS did that, and take its key away.`,
    );
    expect(sequencesOf(await readAll(opened.log))).toEqual(real);
    await fill(opened.log, 20);
    const again = await opened.reopen();
    expect(sequencesOf(await readAll(again))).toEqual([...real, ...upTo(30).slice(10)]);
    for (const sequence of upTo(10)) {
      const { commits, through } = await again.read({ after: sequence - 1, limit: 1 });
      expect(sequencesOf(commits)).toEqual(real.filter((place) => place === sequence));
      expect(through).toBe(sequence);
    }
  });

  it('do not hide the last commit of a stream, and do not stop it', async () => {
    const { log } = opened;
    const first = newCommit({ stream: VICTIM });
    await log.append(first);
    await intrude();
    expect(await log.last(VICTIM)).toMatchObject({ sequence: 1, commandId: first.commandId });
    expect(await log.append(first)).toEqual({ kind: 'duplicate', sequence: 1 });
    const conflict = { kind: 'conflict', version: 8 };
    expect(await log.append(newCommit({ stream: VICTIM }))).toEqual(conflict);
    expect(await log.append(newCommit({ stream: VICTIM, expectedVersion: 5 }))).toEqual(conflict);
    const next = newCommit({ stream: VICTIM, expectedVersion: 1 });
    expect(await log.append(next)).toEqual({ kind: 'appended', sequence: 9 });
    expect(await log.append({ ...next, expectedVersion: 9 })).toMatchObject({ sequence: 9 });
    const later = newCommit({ stream: VICTIM, expectedVersion: 9 });
    expect(await log.append(later)).toEqual({ kind: 'appended', sequence: 10 });
    const fresh = newCommit({ stream: OWN });
    expect(await log.append(fresh)).toEqual({ kind: 'appended', sequence: 11 });
    expect(await log.last(OWN)).toMatchObject({ commandId: fresh.commandId });
  });
});
