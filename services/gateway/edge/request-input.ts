import type { FastifyRequest } from 'fastify';
import { invalid, Problem } from './problem.js';
import { pathFields, type Route } from './route.js';

const IF_MATCH = /^"([0-9]{1,15})"$/;
/** No resource ever has this version, so it matches none. */
const NO_VERSION = 0;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Gathers an operation's data from path, query and body, and checks its shape. Throws {@link Problem}. */
export function dataOf(
  route: Route,
  request: FastifyRequest,
  query: unknown = request.query,
): never {
  const given = route.method === 'GET' ? query : (request.body ?? {});
  const parsed = route.operation.data.safeParse({
    ...fieldsOf(route, given),
    ...paramsOf(request),
  });
  if (!parsed.success) throw invalid(parsed.error.issues, route.bodyField);
  return parsed.data;
}

/** What the path alone says: enough to tell which resource an attempt was about. */
export const paramsOf = ({ params }: Pick<FastifyRequest, 'params'>) =>
  params as Record<string, string>;

function fieldsOf(route: Route, given: unknown): Record<string, unknown> {
  if (route.bodyField) return { [route.bodyField]: given };
  if (!isRecord(given)) throw new Problem('InvalidRequest', 'The body must be a JSON object.');
  const twice = pathFields(route.path).find((field) => Object.hasOwn(given, field));
  if (twice) {
    const errors = [{ field: twice, message: 'is in the path; leave it out here' }];
    throw new Problem('InvalidRequest', `${twice}: is in the path; leave it out here`, { errors });
  }
  return given;
}

/** The version that the caller saw (If-Match, RFC 9110 section 13.1.1). Throws {@link Problem}. */
export function expectedVersionOf(route: Route, header: string | undefined): number | undefined {
  if (!route.ifMatch || header === '*') return undefined;
  if (header === undefined) {
    if (route.ifMatch === 'optional') return undefined;
    throw new Problem(
      'VersionMissing',
      'Send If-Match with the ETag of what you read, so that nobody else’s change is lost.',
    );
  }
  // A tag that is none of ours matches nothing, which is for the service to find out and to record.
  return Number(IF_MATCH.exec(header)?.[1] ?? NO_VERSION);
}
