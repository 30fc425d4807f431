import { z } from 'zod';
import { type Operation, ROLES, SCOPES } from '#shared/es/operation.js';
import { refTo, type Schema, schemaOf } from './asyncapi-events.js';
import { SERVICE_NAMES, SERVICE_RIGHTS } from './permissions.js';
import { PROBLEMS } from './problem.js';

const JSON_TYPE = 'application/json';
const optional = z.string().optional();

/** What the bus's header `Sortie-Context` holds, as JSON. */
const requestContext = z.strictObject({
  actor: z.strictObject({ id: z.string(), role: z.enum(ROLES) }).describe('Who asks'),
  signInId: optional.describe('The sign-in that the actor uses, where there is one'),
  tokenId: optional.describe('The API token that the actor uses instead'),
  scopes: z.array(z.enum(SCOPES)).optional().describe('What that token is cut to'),
  mustChangePassword: z.literal(true).optional(),
  commandId: z.string().describe('Doing the same again with the same id is safe'),
  requestHash: optional,
  correlationId: z.string(),
  causationId: optional,
  ip: optional,
  userAgent: optional,
  expectedVersion: z.number().int().optional().describe('The version that the caller saw'),
});

const requestHeaders: Schema = {
  type: 'object',
  required: ['Sortie-Context', 'Sortie-Deadline'],
  properties: {
    'Sortie-Context': {
      ...{ type: 'string', contentMediaType: JSON_TYPE },
      description: 'Who asks and why, as JSON in ASCII: see the schema RequestContext',
    },
    'Sortie-Deadline': {
      ...{ type: 'string', pattern: '^[0-9]+$' },
      description: 'When nobody waits for the answer any more: milliseconds since 1970',
    },
    traceparent: { type: 'string', description: 'W3C Trace Context' },
  },
};

const rejected = z
  .strictObject({
    kind: z.literal('rejected'),
    code: z.enum(Object.keys(PROBLEMS)),
    detail: z.string().describe('What was wrong and what to do about it'),
    retryAfterSeconds: z.number().optional(),
    errors: z.array(z.strictObject({ field: z.string(), message: z.string() })).optional(),
  })
  .describe('No, and why');

const broken = z
  .strictObject({ kind: z.literal('broken') })
  .describe('The service broke; the log of the process that answered says how');

const nameOf = ({ service, name }: Operation): string => `${service}.${name}`;
const answered = SERVICE_NAMES.flatMap((name) => SERVICE_RIGHTS[name].answers);

function doneSchema({ result, kind }: Operation): Schema {
  return {
    type: 'object',
    required: ['kind', 'result'],
    properties: {
      kind: { const: 'done' },
      result: schemaOf(result, 'output'),
      version: { type: 'integer', description: 'Version of what the answer speaks of' },
      ...(kind === 'command' && {
        caughtUp: {
          ...{ type: 'boolean' },
          description: 'False: what was changed does not show in queries yet',
        },
      }),
    },
  };
}

function requestMessage(operation: Operation): Schema {
  return {
    name: operation.name,
    title: operation.name,
    contentType: JSON_TYPE,
    headers: refTo('components', 'schemas', 'RequestHeaders'),
    payload: schemaOf(operation.data, 'input'),
  };
}

function replyMessage(operation: Operation): Schema {
  const refusals = ['Rejected', 'Broken'].map((name) => refTo('components', 'schemas', name));
  return {
    name: `${operation.name} reply`,
    title: `What ${operation.name} is answered`,
    contentType: JSON_TYPE,
    payload: { oneOf: [doneSchema(operation), ...refusals] },
  };
}

function channelsOf(operation: Operation): [string, Schema][] {
  const { kind, service, subject } = operation;
  const message = (what: string): Schema =>
    refTo('components', 'messages', `${nameOf(operation)}.${what}`);
  const tags = [{ name: service }];
  return [
    [
      nameOf(operation),
      { address: subject, title: `A ${kind}`, messages: { request: message('request') }, tags },
    ],
    [
      `${nameOf(operation)}.reply`,
      {
        address: null,
        title: 'The reply subject of the request: an inbox of who asks',
        messages: { reply: message('reply') },
        tags,
      },
    ],
  ];
}

const askersOf = ({ subject }: Operation): string[] =>
  SERVICE_NAMES.filter((name) => SERVICE_RIGHTS[name].asks.some((one) => one.subject === subject));

function operationOf(operation: Operation): Schema {
  const { kind, service, name, allow } = operation;
  const id = nameOf(operation);
  const askers = askersOf(operation);
  const by = askers.length > 0 ? askers.join(', ') : 'nobody on the bus';
  return {
    action: 'receive',
    channel: refTo('channels', id),
    title: name,
    summary: `${kind === 'command' ? 'Changes something' : 'Only reads'}. Allowed to: ${allow.join(', ')}.`,
    description: `Answered by the ${service} service; asked by: ${by}.`,
    messages: [refTo('channels', id, 'messages', 'request')],
    reply: {
      channel: refTo('channels', `${id}.reply`),
      messages: [refTo('channels', `${id}.reply`, 'messages', 'reply')],
    },
    tags: [{ name: service }],
    'x-sortie-allow': allow,
    'x-sortie-answered-by': service,
    'x-sortie-asked-by': askers,
  };
}

/** The part of the document that is about the bus: every operation that a service answers, with its reply. */
export const requestParts = () => ({
  channels: Object.fromEntries(answered.flatMap(channelsOf)),
  operations: Object.fromEntries(answered.map((one) => [nameOf(one), operationOf(one)])),
  messages: Object.fromEntries(
    answered.flatMap((one) => [
      [`${nameOf(one)}.request`, requestMessage(one)],
      [`${nameOf(one)}.reply`, replyMessage(one)],
    ]),
  ),
  schemas: {
    RequestContext: schemaOf(requestContext, 'input'),
    RequestHeaders: requestHeaders,
    Rejected: schemaOf(rejected, 'output'),
    Broken: schemaOf(broken, 'output'),
  },
});
