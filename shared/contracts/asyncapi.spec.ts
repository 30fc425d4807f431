import { readFileSync } from 'node:fs';
import { Parser } from '@asyncapi/parser';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { STREAM } from '#shared/adapters/jetstream-requests.js';
import { headersOf } from '#shared/boot/bus-headers.js';
import { done, rejected } from '#shared/boot/reply.js';
import { COMMIT_EVENTS_MAX } from '#shared/es/event-log.js';
import { typeOf } from '#shared/es/recorded-events.js';
import { AsyncApiSchemas } from '#test/support/asyncapi-schemas.js';
import { asked } from '#test/support/catalog-host.js';
import { randomCommits } from '#test/support/random-events.js';
import { asyncApiOf } from './asyncapi.js';
import { AUDIT_EVENTS } from './audit.js';
import { CATALOG_EVENTS } from './catalog.js';
import { EVENT_STREAMS } from './event-streams.js';
import { IDENTITY_EVENTS } from './identity.js';
import { SERVICE_NAMES, SERVICE_RIGHTS } from './permissions.js';
import { SERVICES_WITH_EVENTS } from './readers.js';
import { SESSION_EVENTS } from './session.js';
import { SHARING_EVENTS } from './sharing.js';

type Part = Readonly<Record<string, unknown>>;
type Parts = Readonly<Record<string, Part>>;
type Document = Readonly<{
  channels: Parts;
  operations: Parts;
  components: Readonly<{ messages: Parts; schemas: Parts }>;
}>;

const read = (path: string): unknown =>
  JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'));
const { version } = read('../../package.json') as { version: string };
/** As programs get it: what JSON has no word for is gone. */
const document = JSON.parse(JSON.stringify(asyncApiOf({ version }))) as Document;
const schemas = new AsyncApiSchemas(document);
const RUNS_OF_EVENTS = 3_000;
const PARSER_MS_MAX = 60_000;

const problemsIn = async (text: string) =>
  (await new Parser().validate(text)).filter(({ severity }) => severity === 0);

describe('the AsyncAPI document', () => {
  it('is in shared/docs as the contracts have it', () => {
    const committed = read('../docs/asyncapi.json');
    expect(
      committed,
      'shared/docs/asyncapi.json is not what the contracts say by now: run "npm run asyncapi", and commit it.',
    ).toEqual(document);
  });

  it(
    'is AsyncAPI 3, as its official parser sees it',
    async () => {
      expect(await problemsIn(JSON.stringify(document))).toEqual([]);
      const { info: _info, ...broken } = document as unknown as Part;
      expect(await problemsIn(JSON.stringify(broken))).not.toEqual([]);
    },
    PARSER_MS_MAX,
  );

  it('has every event that a service can tell, and no other', () => {
    const told: Readonly<Record<string, ReadonlySet<string>>> = {
      ...{ identity: IDENTITY_EVENTS, catalog: CATALOG_EVENTS },
      session: new Set([...SESSION_EVENTS, ...SHARING_EVENTS]),
      audit: AUDIT_EVENTS,
    };
    expect(Object.keys(told).toSorted()).toEqual([...SERVICES_WITH_EVENTS].toSorted());
    const types = Object.entries(told).flatMap(([service, events]) =>
      [...events].map((event) => typeOf(service, event)),
    );
    const described = Object.keys(document.components.schemas).filter((name) =>
      name.startsWith('sortie.'),
    );
    expect(described.toSorted()).toEqual(types.toSorted());
    expect(types.length).toBeGreaterThan(30);
    const inStreams = EVENT_STREAMS.flatMap(({ service, data }) =>
      Object.keys(data).map((event) => typeOf(service, event)),
    );
    expect(inStreams.toSorted()).toEqual(types.toSorted());
  });

  it('has every operation that a service answers, with who may', () => {
    const answers = SERVICE_NAMES.flatMap((name) => SERVICE_RIGHTS[name].answers);
    const requests: string[] = Object.values(document.channels)
      .map(({ address }) => String(address))
      .filter((address) => /^sortie\.(command|query)\./.test(address));
    expect(requests.toSorted()).toEqual(answers.map(({ subject }) => subject).toSorted());
    for (const { service, name, allow, subject } of answers) {
      const operation = document.operations[`${service}.${name}`];
      const askers = SERVICE_NAMES.filter((one) =>
        SERVICE_RIGHTS[one].asks.some((asks) => asks.subject === subject),
      );
      expect(operation).toMatchObject({
        ...{ 'x-sortie-allow': allow, 'x-sortie-answered-by': service },
        'x-sortie-asked-by': askers,
      });
    }
  });

  it('says about the log what the log does', () => {
    const { CommitHeaders } = document.components.schemas as Record<string, { properties: Parts }>;
    expect(CommitHeaders?.properties['Nats-Expected-Stream']?.['const']).toBe(STREAM);
    const payloads = Object.entries(document.components.messages)
      .filter(([name]) => name.endsWith('.commit'))
      .map(([, { contentType, payload }]) => [contentType, (payload as Part)['maxItems']]);
    expect(payloads).toEqual(
      EVENT_STREAMS.map(() => ['application/cloudevents-batch+json', COMMIT_EVENTS_MAX]),
    );
  });
});

describe('the schemas of events', () => {
  it('take every event that a service could tell', () => {
    fc.assert(
      fc.property(randomCommits(1), ([commit]) => {
        const { stream = '', events = [] } = commit ?? {};
        const { source: _madeUp, ...envelope } = events[0] ?? {};
        const source = `/sortie/${stream.split('.')[2]}`;
        // A made-up commit id is no UUID, and its events need one.
        const event = { ...envelope, id: '4f0b1f0e-3c0f-5d52-9d4c-8a5b8f6f2d11', source };
        expect(schemas.faults(stream, 'commit', [event])).toEqual([]);
      }),
      { numRuns: RUNS_OF_EVENTS },
    );
  });

  const event = {
    ...{
      specversion: '1.0',
      id: '4f0b1f0e-3c0f-5d52-9d4c-8a5b8f6f2d11',
      source: '/sortie/catalog',
    },
    ...{
      type: 'sortie.catalog.AppAccessGranted.v1',
      subject: 'a',
      time: '2026-11-20T08:00:00.000Z',
    },
    ...{ datacontenttype: 'application/json', actor: 'u', correlationid: 'c', commandid: 'c' },
    data: { appId: 'a', userId: 'u' },
  };
  const stream = 'sortie.event.catalog.app.a';

  it.each<[string, string, unknown[]]>([
    ['no event', stream, []],
    ['data that lacks a field', stream, [{ ...event, data: { appId: 'a' } }]],
    ['data with a field too many', stream, [{ ...event, data: { ...event.data, more: 1 } }]],
    ['another version', stream, [{ ...event, type: 'sortie.catalog.AppAccessGranted.v2' }]],
    ['the event of another stream', 'sortie.event.catalog.seed.a', [event]],
    ['the event of another service', 'sortie.event.session.session.a', [event]],
    ['an event without an actor', stream, [{ ...event, actor: undefined }]],
    ['a stream that there is not', 'sortie.event.catalog.app.a.b', [event]],
  ])('take no commit with %s', (_, subject, events) => {
    expect(schemas.faults(stream, 'commit', [event])).toEqual([]);
    expect(schemas.faults(subject, 'commit', events)).not.toEqual([]);
  });
});

describe('the schemas of requests', () => {
  const subject = 'sortie.query.catalog.FindApp';
  const replyFaults = (reply: unknown): string[] => {
    const { payload } = document.components.messages['catalog.FindApp.reply'] as { payload: Part };
    return new AsyncApiSchemas({
      channels: { one: { address: 'x', messages: { reply: { $ref: '#/components/messages/x' } } } },
      components: { ...document.components, messages: { x: { payload } } },
    }).faults('x', 'reply', reply);
  };
  const app = {
    ...{ id: 'a', name: 'A', description: '', url: '', icon: '', category: '' },
    ...{ visibility: 'public', launch_type: 'container', container_image: 'x/y' },
  };

  it('take a request and nothing else', () => {
    expect(schemas.faults(subject, 'request', { app_id: 'a' })).toEqual([]);
    expect(schemas.faults(subject, 'request', { app: 'a' })).not.toEqual([]);
  });

  it('take what a service answers', () => {
    expect(replyFaults(done(app, 3))).toEqual([]);
    expect(replyFaults(rejected('AppUnknown', 'There is none.'))).toEqual([]);
    expect(replyFaults({ kind: 'broken' })).toEqual([]);
    expect(replyFaults(done({ ...app, visibility: 'nobody' }))).not.toEqual([]);
    expect(replyFaults({ kind: 'rejected', code: 'Nonsense', detail: '' })).not.toEqual([]);
  });

  it('have every header of the bus', () => {
    const context = asked('user', {
      ...{ signInId: 's', requestHash: 'h', causationId: 'c', ip: '::1', userAgent: 'x' },
      ...{ tokenId: 't', scopes: ['apps:read'], mustChangePassword: true },
      ...{
        expectedVersion: 3,
        traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      },
    });
    const headers = headersOf(context, 5_000);
    const { RequestHeaders } = document.components.schemas as Record<string, { properties: Parts }>;
    expect(Object.keys(headers).toSorted()).toEqual(
      Object.keys(RequestHeaders?.properties ?? {}).toSorted(),
    );
    expect(schemas.faultsOf('RequestHeaders', headers)).toEqual([]);
    const travelling: unknown = JSON.parse(headers['Sortie-Context'] ?? '');
    expect(schemas.faultsOf('RequestContext', travelling)).toEqual([]);
    const { RequestContext } = document.components.schemas as Record<string, { properties: Parts }>;
    expect(Object.keys(travelling as Part).toSorted()).toEqual(
      Object.keys(RequestContext?.properties ?? {}).toSorted(),
    );
  });
});
