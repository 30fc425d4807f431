import type { FastifyInstance } from 'fastify';
import type { Role } from '#shared/es/operation.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Who may use the route; every route has to say so. */
    allow?: readonly Role[];
  }
}

/** Makes the server refuse, at its start, a route that does not declare who may use it. */
export function requireDeclaredRoutes(server: FastifyInstance): void {
  server.addHook('onRoute', ({ method, url, config }) => {
    if (config?.allow) return;
    throw new Error(
      `${String(method)} ${url} does not say who may use it: add it to one of the files in edge/routes.`,
    );
  });
}

/** The router's spelling of an OpenAPI path: `/api/apps/{app_id}` is `/api/apps/:app_id`. */
export const routerPathOf = (path: string): string => path.replace(/\{([a-z_]+)\}/g, ':$1');

type Declared = Readonly<{ method: string; path: string }>;

/** Makes a function that tells which methods the declared routes take at a path; none where nothing answers. */
export function methodsByPath(routes: readonly Declared[]): (path: string) => string[] {
  const patterns = routes.map(({ method, path }) => ({
    method,
    pattern: new RegExp(`^${path.replaceAll('.', '\\.').replace(/\{[a-z_]+\}/g, '[^/]+')}$`),
  }));
  return (path) => {
    const methods = patterns.filter(({ pattern }) => pattern.test(path)).map((p) => p.method);
    return methods.includes('GET') ? [...methods, 'HEAD'] : methods;
  };
}
