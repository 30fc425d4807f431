import { z } from 'zod';
import { type ProblemCode, PROBLEMS } from '#shared/contracts/problem.js';
import { type Operation, PEOPLE } from '#shared/es/operation.js';
import { hasPast } from './as-of.js';
import type { RawRoute } from './raw-route.js';
import { pathFields, type Route } from './route.js';

type Schema = Record<string, unknown>;

const problemSchema: Schema = {
  type: 'object',
  description: 'RFC 9457 problem document',
  required: ['type', 'title', 'status', 'detail', 'instance', 'code'],
  properties: {
    type: { type: 'string', examples: ['urn:sortie:problem:AppUnknown'] },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string', description: 'What was wrong and what to do about it' },
    instance: { type: 'string' },
    code: { type: 'string', enum: Object.keys(PROBLEMS) },
    traceId: {
      type: 'string',
      description: 'What the server’s log lines of the request have, too',
    },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        required: ['field', 'message'],
        properties: { field: { type: 'string' }, message: { type: 'string' } },
      },
    },
  },
};

const AS_OF: Schema = {
  name: 'asOf',
  in: 'query',
  required: false,
  description:
    'Answers as it was: at a time (RFC 3339), or at a sequence of the event log. The cursor of such a page keeps to it.',
  schema: { type: 'string', examples: ['2026-11-20T08:00:00Z', '1234'] },
};

const EVERYWHERE: readonly ProblemCode[] = [
  'InvalidRequest',
  'MalformedRequest',
  'RequestTimedOut',
  'HeadersTooLarge',
  'Unavailable',
  'Internal',
];
const OF_WRITES: readonly ProblemCode[] = [
  'CrossSite',
  'TooManyRequests',
  'BodyTooLarge',
  'UnsupportedMediaType',
  'IdempotencyKeyReused',
];

/** JSON Schema 2020-12, which is OpenAPI 3.1's, without the `$schema` line that belongs to whole documents. */
function schemaOf(type: z.ZodType, io: 'input' | 'output'): Schema {
  const { $schema: _schema, ...schema } = z.toJSONSchema(type, {
    io,
    target: 'draft-2020-12',
    unrepresentable: 'any',
  });
  return schema;
}

/** The data's fields by name; an operation's data is always an object. */
const shapeOf = (route: Route): Record<string, z.ZodType> =>
  (route.operation.data as unknown as z.ZodObject).shape as Record<string, z.ZodType>;

function parametersOf(route: Route): Schema[] {
  const shape = shapeOf(route);
  const inPath = pathFields(route.path);
  const inQuery =
    route.method === 'GET' ? Object.keys(shape).filter((f) => !inPath.includes(f)) : [];
  const of = (name: string, where: 'path' | 'query'): Schema => {
    const type = shape[name] ?? z.string();
    return {
      name,
      in: where,
      required: where === 'path',
      schema: schemaOf(type, 'input'),
    };
  };
  return [
    ...inPath.map((f) => of(f, 'path')),
    ...inQuery.map((f) => of(f, 'query')),
    ...(hasPast(route) ? [AS_OF] : []),
    ...headersOf(route),
  ];
}

function headersOf(route: Route): Schema[] {
  const header = (name: string, required: boolean, description: string): Schema => ({
    name,
    in: 'header',
    required,
    description,
    schema: { type: 'string' },
  });
  const isWrite = route.method !== 'GET' && !route.operation.allow.includes('anonymous');
  return [
    ...(isWrite
      ? [
          header(
            'Idempotency-Key',
            false,
            'Repeating a request with the same key gets its first answer.',
          ),
        ]
      : []),
    ...(route.ifMatch
      ? [header('If-Match', route.ifMatch === 'required', 'ETag of what you read')]
      : []),
  ];
}

function bodyOf(route: Route): Schema | undefined {
  if (route.method === 'GET') return undefined;
  const shape = shapeOf(route);
  const inPath = pathFields(route.path);
  const whole = schemaOf(route.operation.data, 'input');
  const body = route.bodyField
    ? schemaOf(shape[route.bodyField] ?? z.unknown(), 'input')
    : without(whole, inPath);
  if (!route.bodyField && Object.keys(shape).length === inPath.length) return undefined;
  const required = Array.isArray(body['required']) && body['required'].length > 0;
  return { required, content: { 'application/json': { schema: body } } };
}

function without(schema: Schema, fields: readonly string[]): Schema {
  const properties = Object.entries((schema['properties'] ?? {}) as Schema);
  const required = (schema['required'] ?? []) as string[];
  return {
    ...schema,
    properties: Object.fromEntries(properties.filter(([name]) => !fields.includes(name))),
    required: required.filter((name) => !fields.includes(name)),
  };
}

function responsesOf(route: Route): Schema {
  const { operation, success } = route;
  const content =
    success === 204
      ? undefined
      : (typesOf(route) ?? {
          'application/json': { schema: schemaOf(route.body ?? operation.result, 'output') },
        });
  const done = {
    description: 'Done',
    headers: answeredHeaders(route),
    ...(content && { content }),
  };
  const unchanged =
    route.method === 'GET' && route.hasVersion
      ? { 304: { description: 'Still the version of If-None-Match' } }
      : {};
  return { [success]: done, ...unchanged, ...problemResponses(codesOf(route)) };
}

const typesOf = ({ produces }: Route): Schema | undefined =>
  produces && Object.fromEntries(produces.map((type) => [type, { schema: { type: 'string' } }]));

function answeredHeaders(route: Route): Schema {
  const { location, hasVersion } = route;
  const header = (description: string) => ({ description, schema: { type: 'string' } });
  return {
    ...(location && { Location: header('Where the new resource is') }),
    ...(hasVersion && { ETag: header('Version of the resource, for If-Match') }),
    ...(hasPast(route) && {
      'Sortie-As-Of': header('The sequence that it is of, where the past was asked for'),
    }),
  };
}

function codesOf({ operation, path, problems = [], ifMatch, method }: Route): Set<ProblemCode> {
  const codes = new Set<ProblemCode>([...problems, ...EVERYWHERE]);
  // No name is as long as some that are asked for.
  if (pathFields(path).length > 0) codes.add('NotFound');
  if (method !== 'GET') for (const code of OF_WRITES) codes.add(code);
  if (!operation.allow.includes('anonymous')) codes.add('SignInRequired').add('Forbidden');
  if (ifMatch) codes.add('VersionStale');
  if (ifMatch === 'required') codes.add('VersionMissing');
  return codes;
}

function problemResponses(codes: Iterable<ProblemCode>): Schema {
  const byStatus = new Map<number, ProblemCode[]>();
  for (const code of codes) {
    const [status] = PROBLEMS[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, of]) => [
      status,
      {
        description: of.map((code) => `\`${code}\`: ${PROBLEMS[code][1]}`).join('; '),
        content: {
          'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } },
        },
      },
    ]),
  );
}

function operationOf(route: Route): Schema {
  const { operation, summary, tag } = route;
  const requestBody = bodyOf(route);
  return {
    operationId: operation.name,
    summary,
    tags: [tag],
    description: `Allowed to: ${operation.allow.join(', ')}.`,
    'x-sortie-allow': operation.allow,
    ...scopeTold(operation),
    parameters: parametersOf(route),
    ...(requestBody && { requestBody }),
    responses: responsesOf(route),
    security: securityOf(operation),
  };
}

type Open = Pick<Operation, 'allow' | 'person'> & { scope?: string | null | undefined };

const isForTokens = ({ allow, person, scope }: Open): boolean =>
  !person && scope !== undefined && allow.some((role) => PEOPLE.includes(role as never));

/** A cookie or an API token, each by itself; neither where strangers may. */
function securityOf(open: Open): Schema[] {
  if (open.allow.includes('anonymous')) return [];
  return [{ cookie: [] }, ...(isForTokens(open) ? [{ token: [] }] : [])];
}

/** OpenAPI has scopes for OAuth 2 only. */
const scopeTold = (open: Open): Schema =>
  open.scope && isForTokens(open) && !open.allow.includes('anonymous')
    ? { 'x-sortie-scope': open.scope }
    : {};

/** The paths of routes that carry no JSON operation. */
function rawPathsOf(routes: readonly RawRoute[]): Record<string, Schema> {
  const entries = routes.map((route): [string, Schema] => {
    const { path, summary, allow, produces, parameters = [], problems = [] } = route;
    const codes = new Set<ProblemCode>([...problems, ...EVERYWHERE]);
    if (!allow.includes('anonymous')) codes.add('SignInRequired').add('Forbidden');
    const done = { description: 'Done', content: { [produces]: {} } };
    return [
      path,
      {
        get: {
          summary,
          tags: ['Everything else'],
          'x-sortie-allow': allow,
          ...scopeTold(route),
          parameters,
          responses: { 200: done, ...problemResponses(codes) },
          security: securityOf(route),
        },
      },
    ];
  });
  return Object.fromEntries(entries);
}

/** Describes the REST API as an OpenAPI 3.1 document, from the routes themselves. */
export function openApiOf(
  routes: readonly Route[],
  rawRoutes: readonly RawRoute[],
  { version, cookieName }: Readonly<{ version: string; cookieName: string }>,
): Schema {
  const paths = rawPathsOf(rawRoutes);
  for (const route of routes) {
    (paths[route.path] ??= {})[route.method.toLowerCase()] = operationOf(route);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Sortie',
      version,
      description: 'Launch desktop apps from a browser. Every change is an event in one log.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    paths,
    components: {
      schemas: { Problem: problemSchema },
      securitySchemes: {
        cookie: { type: 'apiKey', in: 'cookie', name: cookieName },
        token: { type: 'http', scheme: 'bearer', description: 'An API token; `x-sortie-scope`' },
      },
    },
  };
}
