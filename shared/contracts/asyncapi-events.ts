import { z } from 'zod';
import { personal } from './event-shapes.js';
import { EVENT_STREAMS, type EventStreams } from './event-streams.js';

/** A piece of an AsyncAPI document. */
export type Schema = Readonly<Record<string, unknown>>;

export const EVENTS_CONTENT_TYPE = 'application/cloudevents-batch+json';
const EVENTS_A_COMMIT_MAX = 100;

/** A reference within the document; a name may have a slash in it. */
export const refTo = (...path: readonly string[]): Schema => ({
  $ref: `#/${path.map((part) => part.replaceAll('~', '~0').replaceAll('/', '~1')).join('/')}`,
});

/** JSON Schema draft 7, which AsyncAPI's own schemas are a superset of, without the line that belongs to whole documents. */
export function schemaOf(type: z.ZodType, io: 'input' | 'output'): Schema {
  const { $schema: _schema, ...schema } = z.toJSONSchema(type, {
    io,
    target: 'draft-7',
    unrepresentable: 'any',
  });
  return schema;
}

const text = (description: string) => z.string().describe(description);

const cloudEvent = z
  .looseObject({
    specversion: z.literal('1.0'),
    id: z.uuid().describe('The same event has the same id, however often it comes'),
    source: z.string().regex(/^\/sortie\/[a-z]+$/),
    type: text('`sortie.<service>.<Event>.v<version>`'),
    subject: text('Id of what it is about: the last part of the stream’s name'),
    time: z.iso.datetime().describe('When it was decided'),
    datacontenttype: z.literal('application/json'),
    actor: text('Who did it: a user’s id, `anonymous`, `console`, or `system` for Sortie itself'),
    actorip: personal('From where, if that is known').optional(),
    useragent: personal('With what program, if that is known').optional(),
    correlationid: text('The same for all that came of one request'),
    causationid: text('What caused it, if it was no person: the id of an event').optional(),
    commandid: text('The command that it was decided on; the same for the whole commit'),
    commandhash: text('SHA-256 that tells a repeated command from a reused id').optional(),
    traceparent: text('W3C Trace Context').optional(),
    data: z.unknown(),
  })
  .describe(
    'CloudEvents 1.0, with the extension attributes actor, actorip, useragent, correlationid, causationid, commandid, commandhash and traceparent. There may be more one day: pass over what you don’t know.',
  );

const commitHeaders = z.looseObject({
  'Nats-Msg-Id': text('The command id: a commit that was sent twice is stored once'),
  'Nats-Expected-Stream': z.literal('SORTIE'),
  'Nats-Expected-Last-Subject-Sequence': z
    .string()
    .regex(/^\d+$/)
    .optional()
    .describe(
      'The version that was decided on: the sequence of the commit before this one in its stream, 0 when it is the first. Not there where any version would do.',
    ),
});

/** What an event is called in the log. */
export const eventTypeOf = (service: string, event: string): string =>
  `sortie.${service}.${event}.v1`;

const nameOf = ({ service, aggregate }: EventStreams): string => `${service}.${aggregate}`;
const typesOf = ({ service, data }: EventStreams): string[] =>
  Object.keys(data).map((event) => eventTypeOf(service, event));

function eventSchemas({ service, data }: EventStreams): [string, Schema][] {
  return Object.entries(data).map(([event, type]) => {
    const { description, ...schema } = schemaOf(type, 'output');
    const stored = eventTypeOf(service, event);
    const own = {
      type: { const: stored },
      source: { const: `/sortie/${service}` },
      data: schema,
    };
    const allOf = [refTo('components', 'schemas', 'CloudEvent'), { properties: own }];
    return [stored, { description, allOf }];
  });
}

function commitMessage(streams: EventStreams): Schema {
  const types = typesOf(streams);
  return {
    name: `${nameOf(streams)} commit`,
    title: streams.summary,
    summary: `One commit: ${types.join(', ')}`,
    contentType: EVENTS_CONTENT_TYPE,
    headers: refTo('components', 'schemas', 'CommitHeaders'),
    correlationId: { location: '$message.payload#/0/correlationid' },
    payload: {
      type: 'array',
      minItems: 1,
      maxItems: EVENTS_A_COMMIT_MAX,
      items: { oneOf: types.map((type) => refTo('components', 'schemas', type)) },
    },
  };
}

function channelOf(streams: EventStreams): Schema {
  const { service, aggregate, id, summary } = streams;
  return {
    address: `sortie.event.${service}.${aggregate}.{id}`,
    title: summary,
    description: `Stored in the stream \`SORTIE\`; published by the ${service} service.`,
    parameters: { id: { description: `${id}. 1 to 64 letters, digits, "-" and "_".` } },
    messages: { commit: refTo('components', 'messages', `${nameOf(streams)}.commit`) },
    tags: [{ name: service }],
  };
}

function operationOf(streams: EventStreams): Schema {
  const { service, summary } = streams;
  return {
    action: 'send',
    channel: refTo('channels', nameOf(streams)),
    title: summary,
    summary: `The ${service} service tells: ${Object.keys(streams.data).join(', ')}`,
    messages: [refTo('channels', nameOf(streams), 'messages', 'commit')],
    tags: [{ name: service }],
    'x-sortie-published-by': service,
  };
}

const byName = (of: (streams: EventStreams) => Schema, suffix = ''): Record<string, Schema> =>
  Object.fromEntries(EVENT_STREAMS.map((one) => [`${nameOf(one)}${suffix}`, of(one)]));

/** The part of the document that is about the log: a channel for each kind of stream, and a schema for each event. */
export const eventParts = () => ({
  channels: byName(channelOf),
  operations: byName(operationOf, '.events'),
  messages: byName(commitMessage, '.commit'),
  schemas: {
    CloudEvent: schemaOf(cloudEvent, 'output'),
    CommitHeaders: schemaOf(commitHeaders, 'output'),
    ...Object.fromEntries(EVENT_STREAMS.flatMap(eventSchemas)),
  },
});
