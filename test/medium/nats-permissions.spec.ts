// Goal: on NATS a service can do what it is declared to do, and nothing else, whatever its process sends. Method: a real
// server with the configuration that Sortie writes, and every service's key tried on every subject.
import 'reflect-metadata';
import { describe, expect, it } from 'vitest';
import { done } from '#shared/boot/reply.js';
import { FindApp } from '#shared/contracts/catalog.js';
import { ListUsers } from '#shared/contracts/identity.js';
import {
  inboxOf,
  presenceOf,
  SERVICE_NAMES,
  SERVICE_RIGHTS,
  type ServiceName,
} from '#shared/contracts/permissions.js';
import { StopSession } from '#shared/contracts/session.js';
import { BusUnavailableError } from '#shared/es/operation.js';
import { asked } from '#test/support/catalog-host.js';
import { NATS_VERSIONS, newNatsUser } from '#test/support/nats-server.js';
import { natsServicesStage } from '#test/support/nats-services.js';
import { until } from '#test/support/waits.js';

const operations = SERVICE_NAMES.flatMap((name) => SERVICE_RIGHTS[name].answers);

/** Requests that would change or empty the log, or tell about what is not the process's own. */
const FORBIDDEN_TO_ALL = [
  ...['DELETE', 'PURGE', 'UPDATE', 'MSG.DELETE', 'SNAPSHOT', 'RESTORE'].map(
    (request) => `$JS.API.STREAM.${request}.SORTIE`,
  ),
  ...['LEADER.STEPDOWN', 'PEER.REMOVE'].map((request) => `$JS.API.STREAM.${request}.SORTIE`),
  '$JS.API.STREAM.CREATE.OTHER',
  '$JS.API.STREAM.LIST',
  '$JS.API.STREAM.NAMES',
  '$JS.API.CONSUMER.CREATE.SORTIE',
  '$JS.API.CONSUMER.CREATE.OTHER.x',
  '$JS.API.CONSUMER.DURABLE.CREATE.SORTIE.x',
  '$JS.API.CONSUMER.INFO.SORTIE.x',
  '$JS.API.CONSUMER.LIST.SORTIE',
  '$JS.API.CONSUMER.NAMES.SORTIE',
  '$JS.API.CONSUMER.MSG.NEXT.OTHER.x',
  '$JS.API.DIRECT.GET.OTHER',
  '$JS.API.INFO',
  '$JS.API.META.LEADER.STEPDOWN',
  '$JS.ACK.SORTIE.x.1.1.1.1.1',
  '$SYS.REQ.SERVER.PING.CONNZ',
  '$SYS.REQ.SERVER.PING',
  '$SYS.REQ.USER.INFO.x',
  '$KV.x.y',
  'sortie.event',
  'sortie.event.x.y.z',
  'sortie.command.x.Y',
  'sortie',
  'x',
];
const publishable = (inboxes: readonly string[]): string[] => [
  ...FORBIDDEN_TO_ALL,
  ...operations.map(({ subject }) => subject),
  ...SERVICE_NAMES.map((name) => `sortie.event.${name}.thing.x`),
  ...SERVICE_NAMES.map(presenceOf),
  ...inboxes.flatMap((inbox) => [`${inbox}.a.b`, `${inbox}.bus.a.b`, `${inbox}.bus.a.b.c`]),
  '_INBOX.a.b',
  '_INBOX.sortie.a',
];
type Listening = [subject: string, queue: string | undefined];
const listenable = (inboxes: readonly string[]): Listening[] => [
  ...operations.flatMap(({ subject, service }): [string, string | undefined][] => [
    [subject, service],
    [subject, 'mine'],
    [subject, undefined],
  ]),
  ...[
    '>',
    '*',
    'sortie.>',
    'sortie.command.>',
    'sortie.query.*.*',
    'sortie.query.identity.*',
    'sortie.event.>',
    ...SERVICE_NAMES.map((name) => `sortie.event.${name}.>`),
    ...SERVICE_NAMES.map(presenceOf),
    ...inboxes.flatMap((inbox) => [`${inbox}.>`, `${inbox}.bus.x.*`]),
    '_INBOX.>',
    '_INBOX.sortie.>',
    '_INBOX.sortie.*.bus.*.*',
    '$JS.>',
    '$JS.EVENT.ADVISORY.>',
    '$JS.API.>',
    '$SYS.>',
  ].map((subject): [string, undefined] => [subject, undefined]),
];

/** A gateway has no database that another one could spoil. */
const isPresent = (name: ServiceName): boolean => name !== 'gateway';

/** What each service is to be able to publish to, of all that is tried; said here once more, by hand. */
function mayPublish(name: ServiceName, subject: string): boolean {
  const { asks, answers, appends } = SERVICE_RIGHTS[name];
  if (asks.some((operation) => operation.subject === subject)) return true;
  if (appends && subject === `sortie.event.${name}.thing.x`) return true;
  if (subject === presenceOf(name)) return isPresent(name);
  return answers.length > 0 && /^_INBOX\.sortie\.U[^.]+\.bus\.a\.b$/.test(subject);
}
function mayListen(name: ServiceName, ownInbox: string, [subject, queue]: Listening): boolean {
  const own = SERVICE_RIGHTS[name].answers.find((operation) => operation.subject === subject);
  if (own) return queue === name;
  if (subject === presenceOf(name)) return isPresent(name);
  return subject.startsWith(`${ownInbox}.`);
}

describe.each(NATS_VERSIONS)('on the %s server', (version) => {
  const { keys, connectWith, connectAs, busAs } = natsServicesStage(version);
  const inboxes = SERVICE_NAMES.map((name) => inboxOf(keys[name].nkey));

  it('refuses whoever has no key, or one that it does not know', async () => {
    await expect(connectWith(undefined)).rejects.toThrow('Authorization Violation');
    await expect(connectWith(newNatsUser().seed)).rejects.toThrow('Authorization Violation');
  });

  it.each(SERVICE_NAMES)(
    'lets %s publish to what it is declared to, of all subjects',
    async (name) => {
      const nats = await connectAs(name);
      const refused = new Set<string>();
      void (async () => {
        for await (const { permissionContext } of nats.status()) {
          if (permissionContext?.operation === 'publish') refused.add(permissionContext.subject);
        }
      })();
      const subjects = publishable(inboxes);
      for (const subject of subjects) nats.publish(subject, '');
      await nats.flush();
      const expected = subjects.filter((subject) => !mayPublish(name, subject));
      await until('the server has refused them', () => refused.size >= expected.length);
      expect([...refused].toSorted()).toEqual(expected.toSorted());
    },
  );

  it.each(SERVICE_NAMES)('lets %s listen to what it answers, of all subjects', async (name) => {
    const nats = await connectAs(name);
    const refused: [string, string | undefined][] = [];
    const tried = listenable(inboxes);
    for (const [subject, queue] of tried) {
      nats.subscribe(subject, {
        ...(queue !== undefined && { queue }),
        callback: (error) => error && refused.push([subject, queue]),
      });
      await nats.flush();
    }
    expect(refused).toEqual(tried.filter((one) => !mayListen(name, inboxOf(keys[name].nkey), one)));
  });

  it('brings declared requests to whoever answers them', async () => {
    const [session, catalog] = [await busAs('session'), await busAs('catalog')];
    await catalog.answer([FindApp, async () => done('found')]);
    const reply = await session.bus.request(FindApp, { app_id: 'a' }, asked('user'));
    expect(reply).toEqual(done('found'));
    expect([...session.troubles, ...catalog.troubles]).toEqual([]);
  });

  it('ends an undeclared request at once, and says so where the operator looks', async () => {
    const session = await busAs('session');
    const undeclared = session.bus.request(
      { ...ListUsers, deadlineMs: 60_000 },
      { limit: 1 },
      asked('admin'),
    );
    await expect(undeclared).rejects.toThrow(BusUnavailableError);
    await expect(undeclared).rejects.toThrow('does not let this process ask');
    expect(session.troubles).toEqual([
      'NATS does not let this process ask sortie.query.identity.ListUsers.',
    ]);
  });

  it('lets no process start that would answer for another service', async () => {
    const catalog = await busAs('catalog');
    await expect(
      catalog.answer([FindApp, async () => done('found')], [StopSession, async () => done('mine')]),
    ).rejects.toThrow(
      'does not let this process answer sortie.command.session.StopSession: write its configuration again',
    );
  });
});
