import type { z } from 'zod';
import type { Role } from '#shared/es/operation.js';
import { pathFields } from '#services/gateway/edge/route.js';
import { declaredGateway } from './gateway-routes.js';
import { sampleOf } from './samples.js';

/** A route of the gateway, with a request to it that has everything that must be in one. */
export type AskedRoute = Readonly<{
  method: string;
  path: string;
  /** Name of its operation; none for what is no operation. */
  operation?: string;
  allow: readonly Role[];
  condition?: string | undefined;
  /** Whether it goes on until somebody ends it. */
  isStream: boolean;
  pathFields: readonly string[];
  /** The address of a thing: its ids by the name of the path's field. */
  filled: (ids: (field: string) => string) => string;
  /** Undefined for what is read. */
  body: unknown;
}>;

/** What a sample can't know, because a field's shape does not say it all. */
const BODIES: Readonly<Record<string, object>> = {
  'POST /api/apps': { name: 'Sample', url: 'https://sample.example', category: 'Office' },
  'PUT /api/apps/{app_id}': { name: 'Sample', url: 'https://sample.example' },
};

/** Every route that the gateway declares, in the order of their paths. */
export async function askedRoutes(): Promise<readonly AskedRoute[]> {
  const gateway = await declaredGateway();
  await gateway.close();
  const ofOperations = gateway.routes.map(({ method, path, operation, bodyField }): AskedRoute => {
    const fields = pathFields(path);
    const data = sampleOf(operation.data as z.ZodType);
    for (const field of fields) delete data[field];
    const body = BODIES[`${method} ${path}`] ?? (bodyField ? data[bodyField] : data);
    const query = method === 'GET' ? new URLSearchParams(data as Record<string, string>) : '';
    return {
      ...{ method, path, operation: operation.name, allow: operation.allow },
      ...{ condition: operation.condition, isStream: false, pathFields: fields },
      filled: (ids) => `${fill(path, ids)}${String(query) && `?${String(query)}`}`,
      body: method === 'GET' ? undefined : body,
    };
  });
  const raw = gateway.rawRoutes.map(({ method, path, allow, produces }): AskedRoute => ({
    ...{ method, path, allow, isStream: produces === 'text/event-stream', body: undefined },
    pathFields: pathFields(path),
    filled: (ids) => fill(path, ids).replace('*', 'x'),
  }));
  return [...ofOperations, ...raw].toSorted((a, b) =>
    `${a.path} ${a.method}` < `${b.path} ${b.method}` ? -1 : 1,
  );
}

const fill = (path: string, ids: (field: string) => string): string =>
  path.replace(/\{([a-z_]+)\}/g, (_, field: string) => encodeURIComponent(ids(field)));
