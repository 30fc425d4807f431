import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { NATS_SETTINGS_SUBJECT } from '#shared/adapters/nats-server-config.js';
import { busOf } from '#shared/boot/declared-bus.js';
import type { Bus } from '#shared/es/operation.js';
import { askingFaults } from '#test/support/asked-operations.js';
import { readTree } from '#test/support/architecture.js';
import { asked } from '#test/support/catalog-host.js';
import { operationsIn } from '#test/support/operations.js';
import { FindApp, ListApps } from './catalog.js';
import { projectionOperations } from './projections.js';
import {
  busInboxIn,
  inboxOf,
  isBusInbox,
  permissionsOf,
  SERVICE_NAMES,
  SERVICE_RIGHTS,
} from './permissions.js';

const root = join(import.meta.dirname, '../..');
const contracts = await Promise.all(
  readdirSync(import.meta.dirname)
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'))
    .map((file) => import(join(import.meta.dirname, file)) as Promise<Record<string, unknown>>),
);
const onTheBus = contracts
  .flatMap(operationsIn)
  .map(({ operation }) => operation)
  .filter(({ service }) => service !== 'gateway');
const subjectsOf = (operations: readonly { subject: string }[]) =>
  operations.map(({ subject }) => subject);

describe('the rights of the services', () => {
  it('have each operation answered by its own service, once', () => {
    expect(onTheBus.length).toBeGreaterThan(25);
    const hosts = SERVICE_NAMES.filter((name) => name !== 'gateway');
    const projections = hosts.flatMap((name) => Object.values(projectionOperations(name)));
    const answered = SERVICE_NAMES.flatMap((name) => SERVICE_RIGHTS[name].answers);
    expect(subjectsOf(answered).toSorted()).toEqual(
      [...subjectsOf(onTheBus), ...subjectsOf(projections)].toSorted(),
    );
    for (const name of SERVICE_NAMES) {
      expect(SERVICE_RIGHTS[name].answers.every(({ service }) => service === name)).toBe(true);
    }
  });

  it('are all that the sources ask for, and no more', () => {
    expect(askingFaults(readTree(root, ['services']), SERVICE_RIGHTS)).toEqual([]);
  });

  it.each([
    [
      'services/catalog/process/x.ts',
      'await bus.request(ListUsers, {}, context)',
      'catalog asks for ListUsers',
    ],
    [
      'services/session/edge/x.ts',
      'this.#bus.request(\n  RetireApp,\n  {}',
      'session asks for RetireApp',
    ],
    [
      'services/audit/edge/x.ts',
      'bus.request(of(name).HashProjection, data',
      'audit asks for HashProjection',
    ],
    ['services/session/edge/x.ts', 'bus.request(operation, data', 'session asks for operation'],
    [
      'services/gateway/edge/routes/x.ts',
      '    operation: EnsureFirstAdministrator,\n',
      'gateway asks for EnsureFirstAdministrator',
    ],
    ['services/x.ts', 'busOf(name, bus).request(SignIn, {}', 'identity asks for SignIn'],
  ])('are seen to be passed in %s by %j', (path, text, fault) => {
    const files = [...readTree(root, ['services']), { path, text }];
    expect(askingFaults(files, SERVICE_RIGHTS)).toEqual([`${path}: ${fault} and may not`]);
  });

  it('are seen to be more than is needed', () => {
    const { audit } = SERVICE_RIGHTS;
    const rights = { ...SERVICE_RIGHTS, audit: { ...audit, asks: [...audit.asks, FindApp] } };
    expect(askingFaults(readTree(root, ['services']), rights)).toEqual([
      'audit may ask for FindApp and never does',
    ]);
  });
});

describe('the bus of a service', () => {
  const bus: Bus = { request: async () => ({ kind: 'done', result: null as never }) };

  it('lets it ask what it is declared to', async () => {
    const reply = await busOf('session', bus).request(FindApp, { app_id: 'a' }, asked('user'));
    expect(reply.kind).toBe('done');
  });

  it('fails on everything else, also inside one process', async () => {
    const request = busOf('session', bus).request(ListApps, { limit: 1 }, asked('user'));
    await expect(request).rejects.toThrow(
      'session asks for sortie.query.catalog.ListApps without being declared to',
    );
  });
});

describe('what NATS lets a process do', () => {
  const session = permissionsOf(['session'], 'UX');

  it('is what its services are declared to do', () => {
    const { publish, subscribe } = session;
    expect(publish.filter((subject) => !subject.startsWith('$'))).toEqual([
      'sortie.query.catalog.FindApp',
      'sortie.query.identity.FindPerson',
      'sortie.command.session.RecordPreparation',
      'sortie.query.identity.SealOrigin',
      '_INBOX.sortie.*.bus.*.*',
      'sortie.event.session.>',
      'sortie.presence.session',
    ]);
    const answered = SERVICE_RIGHTS.session.answers.map(({ subject }) => `${subject} session`);
    expect(answered).toContain('sortie.command.session.StopSession session');
    expect(answered).toContain('sortie.query.session.ListProjections session');
    expect(subscribe).toEqual([...answered, 'sortie.presence.session', '_INBOX.sortie.UX.>']);
  });

  it('never takes in anybody else’s subjects by a wildcard', () => {
    for (const service of SERVICE_NAMES) {
      const { publish, subscribe } = permissionsOf([service], 'UX');
      const wide = [...publish, ...subscribe].filter((subject) => /[*>]/.test(subject));
      expect(
        wide.filter(
          (subject) =>
            subject !== '_INBOX.sortie.UX.>' &&
            subject !== '_INBOX.sortie.*.bus.*.*' &&
            subject !== `sortie.event.${service}.>` &&
            !/^\$JS\.API\.CONSUMER\.[A-Z.]+\.SORTIE\.\*$/.test(subject),
        ),
      ).toEqual([]);
    }
  });

  it('is nothing of the log but to make, read and extend it', () => {
    const { publish } = permissionsOf(SERVICE_NAMES, 'UX');
    const api = publish.filter((subject) => subject.startsWith('$'));
    expect(api.filter((subject) => subject !== NATS_SETTINGS_SUBJECT).toSorted()).toEqual(
      [
        'CONSUMER.CREATE.SORTIE.*',
        'CONSUMER.DELETE.SORTIE.*',
        'CONSUMER.MSG.NEXT.SORTIE.*',
        'DIRECT.GET.SORTIE',
        'STREAM.CREATE.SORTIE',
        'STREAM.INFO.SORTIE',
        'STREAM.MSG.GET.SORTIE',
      ].map((request) => `$JS.API.${request}`),
    );
    expect(api).toContain(NATS_SETTINGS_SUBJECT);
  });

  it('is not to answer or append, for the gateway', () => {
    const { publish, subscribe } = permissionsOf(['gateway'], 'UX');
    expect(publish.filter((subject) => /^(_INBOX|sortie\.event)/.test(subject))).toEqual([]);
    expect(subscribe).toEqual(['_INBOX.sortie.UX.>']);
  });

  it('adds up when a process hosts several services', () => {
    const both = permissionsOf(['session', 'catalog'], 'UX');
    expect(both.publish).toEqual(
      expect.arrayContaining(['sortie.event.session.>', 'sortie.event.catalog.>']),
    );
    for (const subjects of [both.publish, both.subscribe]) {
      expect(new Set(subjects).size).toBe(subjects.length);
    }
  });

  it('knows the inboxes of the bus from other subjects', () => {
    expect(isBusInbox(`${busInboxIn(inboxOf('UX'), 'a-1')}.b_2`)).toBe(true);
    for (const other of [
      '',
      'sortie.event.session.session.x',
      '_INBOX.sortie.UX.bus.a',
      '_INBOX.sortie.UX.bus.a.b.c',
      '_INBOX.sortie.UX.abc.def.x',
      '_INBOX.sortie.*.bus.a.b',
      '_INBOX.sortie.UX.bus.a.>',
      'x_INBOX.sortie.UX.bus.a.b',
    ]) {
      expect(isBusInbox(other), other).toBe(false);
    }
  });
});
