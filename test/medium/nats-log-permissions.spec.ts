// Goal: everybody reads the log, each service writes its own streams only, and nobody can take anything back. Method: a
// real server with the configuration that Sortie writes; processes that do what the log does, and what it never does.
import 'reflect-metadata';
import { describe, expect, it } from 'vitest';
import { SERVICE_NAMES, SERVICE_RIGHTS } from '#shared/contracts/permissions.js';
import { newCommit } from '#test/support/commits.js';
import { NATS_VERSIONS } from '#test/support/nats-server.js';
import { natsServicesStage } from '#test/support/nats-services.js';
import { until } from '#test/support/waits.js';

/** The client gives up after a second, and a disk may take longer. */
const PATIENT = { timeout: 30_000 };

describe.each(NATS_VERSIONS)('on the %s server', (version) => {
  const { connectAs, logAs } = natsServicesStage(version);

  it('has every service append to its own streams, and read all', async () => {
    // More than are got one by one, so that a consumer is made.
    const first = await logAs('identity');
    const commits = Array.from({ length: 20 }, (_, n) =>
      newCommit({ stream: `sortie.event.identity.thing.n${n}`, commandId: `n${n}` }),
    );
    for (const commit of commits) await first.append(commit);
    const streams = commits.map(({ stream }) => stream);
    for (const name of SERVICE_NAMES) {
      const nats = await connectAs(name);
      const log = await logAs(name);
      if (SERVICE_RIGHTS[name].appends) {
        const stream = `sortie.event.${name}.thing.own`;
        await log.append(newCommit({ stream, commandId: `${name}-own` }));
        streams.push(stream);
      }
      for (const other of SERVICE_NAMES) {
        if (other === name && SERVICE_RIGHTS[name].appends) continue;
        const appending = nats.request(`sortie.event.${other}.thing.foreign`, '[]', PATIENT);
        await expect(appending, `${name} as ${other}`).rejects.toThrow(/Permissions Violation/);
      }
      const read = await log.read({ after: 0 });
      expect(read.commits.map(({ stream }) => stream)).toEqual(streams);
      expect((await log.last(streams[0] ?? ''))?.sequence).toBe(1);
    }
  });

  it('takes nothing for a session’s commit that another process has had the server write there', async () => {
    // The server puts an answer wherever the one who asks wants it, and asks nobody whether that one may write there.
    const victim = 'sortie.event.session.session.victim';
    const log = await logAs('session');
    const before = await log.head();
    const catalog = await connectAs('catalog');
    const forged = JSON.stringify(newCommit({ stream: victim }).events);
    const { seq } = (
      await catalog.request('sortie.event.catalog.app.forged', forged, PATIENT)
    ).json<{
      seq: number;
    }>();
    const asked = JSON.stringify({ seq });
    catalog.publish('$JS.API.DIRECT.GET.SORTIE', asked, { reply: victim });
    catalog.publish('$JS.API.STREAM.MSG.GET.SORTIE', asked, { reply: victim });
    catalog.publish('$JS.API.STREAM.INFO.SORTIE', '', { reply: victim });
    catalog.publish('sortie.event.catalog.app.other', forged, { reply: victim });
    await until('they are in the stream', async () => (await log.head()) === before + 6);
    const own = newCommit({ stream: victim, commandId: 'own' });
    expect(await log.append(own)).toMatchObject({ kind: 'appended' });
    const { commits } = await (await logAs('session')).read({ after: before });
    expect(commits.map(({ stream, commandId }) => [stream, commandId])).toEqual([[victim, 'own']]);
    expect((await log.last(victim))?.commandId).toBe('own');
  });

  it('lets nobody empty, change or delete the log', async () => {
    const log = await logAs('identity');
    const before = await log.head();
    for (const name of SERVICE_NAMES) {
      const nats = await connectAs(name);
      const attempts: [string, object?][] = [
        ['DELETE'],
        ['PURGE'],
        ['UPDATE', { name: 'SORTIE', subjects: ['x'], max_msgs: 1 }],
        ['MSG.DELETE', { seq: 1 }],
      ];
      for (const [request, body] of attempts) {
        const asking = nats.request(
          `$JS.API.STREAM.${request}.SORTIE`,
          body && JSON.stringify(body),
          PATIENT,
        );
        await expect(asking, `${name} ${request}`).rejects.toThrow(/Permissions Violation/);
      }
      // The log is there: to make it anew, another one, takes deleting it first.
      const made = await nats.request(
        '$JS.API.STREAM.CREATE.SORTIE',
        JSON.stringify({ name: 'SORTIE', subjects: ['sortie.event.>'], max_msgs: 1 }),
        PATIENT,
      );
      expect(made.json()).toHaveProperty('error');
    }
    expect(await log.head()).toBe(before);
  });
});
