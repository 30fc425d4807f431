// Goal: a reader's key reads the events of the services named and can do nothing else, whatever is sent with it. Method: a
// real server with the configuration that Sortie writes; readers as strangers would write them, and as attackers would.
import 'reflect-metadata';
import type { ConsumerMessages, NatsConnection } from 'nats';
import { beforeAll, describe, expect, it } from 'vitest';
import { done } from '#shared/boot/reply.js';
import { FindApp } from '#shared/contracts/catalog.js';
import { presenceOf, SERVICE_NAMES, SERVICE_RIGHTS } from '#shared/contracts/permissions.js';
import { READER_API, readerConsumerOf, readerRequests } from '#shared/contracts/readers.js';
import { asked } from '#test/support/catalog-host.js';
import { newCommit } from '#test/support/commits.js';
import { NATS_VERSIONS, newNatsUser } from '#test/support/nats-server.js';
import { natsServicesStage } from '#test/support/nats-services.js';
import { until } from '#test/support/waits.js';

const operations = SERVICE_NAMES.flatMap((name) => SERVICE_RIGHTS[name].answers);
/** The client gives up after a second, and a disk may take longer. */
const PATIENT = { timeout: 30_000 };
const QUIET_MS = 300;
const quiet = (): Promise<void> => new Promise((wake) => setTimeout(wake, QUIET_MS));

/** What the reader of `own` consumers may not send, under either prefix of JetStream's API. */
function foreignSubjects(other: string): string[] {
  const requests = [
    ...['CREATE', 'DELETE', 'PURGE', 'UPDATE', 'INFO', 'MSG.DELETE', 'MSG.GET', 'SNAPSHOT'].map(
      (request) => `STREAM.${request}.SORTIE`,
    ),
    ...['STREAM.RESTORE.SORTIE', 'STREAM.LEADER.STEPDOWN.SORTIE', 'STREAM.CREATE.OTHER'],
    ...['STREAM.LIST', 'STREAM.NAMES', 'INFO', 'DIRECT.GET.SORTIE', 'META.LEADER.STEPDOWN'],
    ...['CONSUMER.LIST.SORTIE', 'CONSUMER.NAMES.SORTIE', 'CONSUMER.CREATE.SORTIE'],
    ...['INFO', 'DELETE', 'MSG.NEXT', 'CREATE', 'PAUSE', 'UNPIN', 'LEADER.STEPDOWN'].map(
      (request) => `CONSUMER.${request}.SORTIE.${other}`,
    ),
    `CONSUMER.DURABLE.CREATE.SORTIE.${other}`,
    `CONSUMER.CREATE.SORTIE.${other}.sortie.event.session.>`,
  ];
  return [
    ...requests.flatMap((request) => [`$JS.API.${request}`, `${READER_API}.${request}`]),
    ...[
      `$JS.ACK.SORTIE.${other}.1.1.1.1.1`,
      '$JS.FC.SORTIE.x.y',
      '$KV.x.y',
      '$SYS.REQ.SERVER.PING',
    ],
    '$SYS.REQ.SERVER.PING.JSZ',
    ...operations.map(({ subject }) => subject),
    ...SERVICE_NAMES.flatMap((name) => [`sortie.event.${name}.thing.x`, presenceOf(name)]),
    ...['_INBOX.a.b', `_INBOX.sortie.${other}.bus.a.b`, 'sortie.event', 'sortie', 'x'],
  ];
}

describe.each(NATS_VERSIONS)('on the %s server', (version) => {
  const [billing, crm] = [newNatsUser(), newNatsUser()];
  const { connectWith, connectAs, logAs, busAs } = natsServicesStage(version, [
    { name: 'billing', nkey: billing.nkey, requests: readerRequests(['session'], billing.nkey) },
    {
      ...{ name: 'crm', nkey: crm.nkey },
      requests: readerRequests(['session', 'catalog'], crm.nkey),
    },
  ]);
  const own = readerConsumerOf('session', billing.nkey);
  const foreign = readerConsumerOf('session', crm.nkey);
  const filter = 'sortie.event.session.>';
  const reading = { durable_name: own, filter_subject: filter, ack_policy: 'explicit' };
  let written = 0;

  beforeAll(async () => {
    const log = await logAs('session');
    await log.append(newCommit({ stream: 'sortie.event.session.session.first' }));
    await (await logAs('catalog')).append(newCommit({ stream: 'sortie.event.catalog.app.x' }));
    written = await log.head();
  });

  const asBilling = () => connectWith(billing.seed);
  const api = async (nats: NatsConnection, request: string, body: object = {}) => {
    const answer = await nats.request(`${READER_API}.${request}`, JSON.stringify(body), PATIENT);
    return answer.json<{ error?: { description: string }; name?: string }>();
  };
  const create = (nats: NatsConnection, over: object = {}, asks = `${own}.${filter}`) =>
    api(nats, `CONSUMER.CREATE.SORTIE.${asks}`, {
      ...{ stream_name: 'SORTIE', config: { ...reading, ...over } },
    });
  const remove = (nats: NatsConnection) => api(nats, `CONSUMER.DELETE.SORTIE.${own}`);

  /** What a client of a stranger's gets, as far as there is any, each acknowledged. */
  async function read(nats: NatsConnection, consumer: string, count: number): Promise<string[]> {
    const jetstream = nats.jetstream({ apiPrefix: READER_API });
    const messages: ConsumerMessages = await (
      await jetstream.consumers.get('SORTIE', consumer)
    ).consume();
    const subjects: string[] = [];
    void (async () => {
      for await (const message of messages) {
        subjects.push(message.subject);
        message.ack();
      }
    })();
    await until(`${count} events are read`, () => subjects.length >= count);
    await quiet();
    await messages.close();
    return subjects;
  }

  it('reads the events of the services named, goes on where it ended, and can begin anew', async () => {
    const log = await logAs('session');
    let nats = await asBilling();
    expect((await create(nats)).error).toBeUndefined();
    expect(await read(nats, own, 1)).toEqual(['sortie.event.session.session.first']);
    await nats.close();
    for (const [name, stream] of [
      ['catalog', 'app.unheard'],
      ['session', 'session.second'],
      ['identity', 'user.unheard'],
      ['session', 'refusal.u-1'],
    ] as const) {
      const commit = newCommit({
        stream: `sortie.event.${name}.${stream}`,
        expectedVersion: 'any',
      });
      await (await logAs(name)).append(commit);
    }
    nats = await asBilling();
    const later = ['sortie.event.session.session.second', 'sortie.event.session.refusal.u-1'];
    expect(await read(nats, own, 2)).toEqual(later);
    await remove(nats);
    await create(nats);
    expect(await read(nats, own, 3)).toEqual(['sortie.event.session.session.first', ...later]);
    await remove(nats);
    written = await log.head();
  });

  it('may send nothing else, and listen to nothing but its inbox', async () => {
    const nats = await asBilling();
    const refused = new Set<string>();
    void (async () => {
      for await (const { permissionContext } of nats.status()) {
        if (permissionContext) refused.add(permissionContext.subject);
      }
    })();
    const subjects = [
      ...foreignSubjects(foreign),
      ...['sortie.event.>', 'sortie.event.catalog.>', 'sortie.>', '>'].map(
        (wide) => `${READER_API}.CONSUMER.CREATE.SORTIE.${own}.${wide}`,
      ),
      // Without a filter in the subject there could be any in the body.
      `${READER_API}.CONSUMER.CREATE.SORTIE.${own}`,
    ];
    for (const subject of subjects) nats.publish(subject, '{}');
    await nats.flush();
    await until('the server has refused them', () => refused.size >= new Set(subjects).size);
    expect([...refused].toSorted()).toEqual([...new Set(subjects)].toSorted());
    refused.clear();
    const listened = ['>', 'sortie.>', 'sortie.event.session.>', '$JS.>', '$SYS.>', '$JS.ACK.>'];
    for (const subject of listened) nats.subscribe(subject, { callback: () => undefined });
    await until('those too', () => refused.size >= listened.length);
    expect([...refused].toSorted()).toEqual(listened.toSorted());
    expect(await (await logAs('session')).head()).toBe(written);
  });

  it('hears nothing of what Sortie’s processes say to each other', async () => {
    const nats = await asBilling();
    const heard: string[] = [];
    nats.subscribe('_INBOX.>', { callback: (_, { subject }) => heard.push(subject) });
    await nats.flush();
    const [session, catalog] = [await busAs('session'), await busAs('catalog')];
    await catalog.answer([FindApp, async () => done('found')]);
    await session.bus.request(FindApp, { app_id: 'a' }, asked('user'));
    await quiet();
    expect(heard).toEqual([]);
  });

  it.each<[string, object, string]>([
    ['another filter', { filter_subject: 'sortie.event.>' }, 'did not match filtered subject'],
    ['no filter', { filter_subject: undefined }, 'did not match filtered subject'],
    [
      'several filters',
      { filter_subject: undefined, filter_subjects: [filter, 'sortie.event.catalog.>'] },
      'multiple subject filters',
    ],
    ['another name', { durable_name: foreign }, 'does not match durable name'],
    ['delivery into the log', { deliver_subject: 'sortie.event.session.x.y' }, 'forms a cycle'],
  ])('makes no consumer with %s', async (_, over, why) => {
    const nats = await asBilling();
    expect((await create(nats, over)).error?.description).toContain(why);
    expect((await api(nats, `CONSUMER.INFO.SORTIE.${own}`)).error?.description).toContain(
      'not found',
    );
  });

  it('makes no passing consumer under another name', async () => {
    const [nats, other] = [await asBilling(), await connectWith(crm.seed)];
    await create(nats, { durable_name: undefined, name: foreign });
    expect((await api(other, `CONSUMER.INFO.SORTIE.${foreign}`)).error?.description).toContain(
      'not found',
    );
    await remove(nats);
  });

  it('gets no answer of the server’s into the log or onto the bus', async () => {
    const nats = await asBilling();
    await create(nats);
    const heard: string[] = [];
    const service = await connectAs('session');
    for (const { subject } of SERVICE_RIGHTS.session.answers) {
      service.subscribe(subject, { queue: 'session', callback: () => heard.push(subject) });
    }
    await service.flush();
    const places = [
      ...['sortie.event.session.session.forged', 'sortie.event.catalog.app.forged'],
      ...[...SERVICE_RIGHTS.session.answers.map(({ subject }) => subject)],
      ...['$JS.API.STREAM.DELETE.SORTIE', `$JS.API.CONSUMER.DELETE.SORTIE.${own}`],
    ];
    for (const reply of places) {
      nats.publish(`${READER_API}.CONSUMER.MSG.NEXT.SORTIE.${own}`, '1', { reply });
      nats.publish(`${READER_API}.CONSUMER.INFO.SORTIE.${own}`, '', { reply });
    }
    await nats.flush();
    await quiet();
    expect(heard).toEqual([]);
    expect(await (await logAs('session')).head()).toBe(written);
    expect((await api(nats, `CONSUMER.INFO.SORTIE.${own}`)).name).toBe(own);
    await remove(nats);
  });

  it('has nothing done by events that it has delivered to where requests come in', async () => {
    // NATS does not ask whether who makes a consumer may write where it delivers to (nats-server #8274).
    const nats = await asBilling();
    const catalog = await busAs('catalog');
    const carriedOut: unknown[] = [];
    await catalog.answer([FindApp, async (request) => done(carriedOut.push(request))]);
    for (const deliver of [
      { deliver_subject: '$JS.API.STREAM.DELETE.SORTIE' },
      // Services listen in groups, which the server delivers to only when it is told theirs.
      { deliver_subject: FindApp.subject, deliver_group: 'catalog' },
    ]) {
      for (const over of [deliver, { ...deliver, headers_only: true }]) {
        expect((await create(nats, over)).error).toBeUndefined();
        await quiet();
        await remove(nats);
      }
    }
    expect(carriedOut).toEqual([]);
    await until('it is told', () => catalog.troubles.join().includes('which is no inbox'));
    expect(await (await logAs('session')).head()).toBe(written);
    const session = await busAs('session');
    const reply = await session.bus.request(FindApp, { app_id: 'a' }, asked('user'));
    expect(reply).toEqual(done(1));
  });

  it('has room for a few connections', async () => {
    // One after the other: the server gives each a moment to say who it is, and all at once may need longer.
    for (let n = 0; n < 16; n += 1) await connectWith(crm.seed);
    const [last] = await Promise.allSettled([connectWith(crm.seed)]);
    expect(last.status).toBe('rejected');
  });
});
