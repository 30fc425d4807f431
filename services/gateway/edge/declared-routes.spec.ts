import Fastify from 'fastify';
import { describe, expect, it } from 'vitest';
import { methodsByPath, requireDeclaredRoutes } from './declared-routes.js';

describe('a route', () => {
  it('that does not say who may use it ends the start, with its name', () => {
    const server = Fastify();
    requireDeclaredRoutes(server);
    expect(() => server.get('/planted', () => 'open to all')).toThrow(
      /GET \/planted does not say who may use it/,
    );
  });

  it('of a plugin is no exception', async () => {
    const server = Fastify();
    requireDeclaredRoutes(server);
    server.register(async (inner) => {
      inner.post('/planted', () => 'open to all');
    });
    await expect(server.ready()).rejects.toThrow(/POST \/planted/);
  });

  it('that says it is registered', async () => {
    const server = Fastify();
    requireDeclaredRoutes(server);
    server.get('/declared', { config: { allow: ['user'] } }, () => 'ok');
    await server.ready();
    expect(server.hasRoute({ method: 'GET', url: '/declared' })).toBe(true);
  });
});

describe('the methods of a path', () => {
  const methodsOf = methodsByPath([
    { method: 'GET', path: '/api/apps' },
    { method: 'PUT', path: '/api/apps/{app_id}' },
    { method: 'GET', path: '/api/openapi.json' },
  ]);

  it.each([
    ['/api/apps', ['GET', 'HEAD']],
    ['/api/apps/x', ['PUT']],
    ['/api/apps/x/y', []],
    ['/api/openapi.json', ['GET', 'HEAD']],
    ['/api/openapiXjson', []],
    ['/', []],
  ])('%s are %j', (path, methods) => {
    expect(methodsOf(path)).toEqual(methods);
  });
});
