import { z } from 'zod';
import type { Belongings } from './belongings.js';
import { containerRoutes } from './container-routes.js';
import { ownFilters } from './filters.js';
import { hasVersion, imageReference, imageVersion } from './image-reference.js';
import { networkBody } from './network-body.js';
import { isNamedAfter, type Labels, sessionOf } from './ownership.js';
import { readAs, Refusal } from './refusal.js';
import { flag, given, moment, type PolicySettings, type Route, route } from './route.js';
import { volumeBody } from './volume-body.js';

const filtered = z.strictObject({ filters: z.string().optional() });

/** Everything that may be asked of the engine; what is not here is refused. */
export function gateRoutes(settings: PolicySettings, belongings: Belongings): Route[] {
  return [
    ...engineRoutes(settings),
    ...containerRoutes(settings, belongings),
    ...volumeRoutes(settings, belongings),
    ...networkRoutes(settings, belongings),
    ...imageRoutes(),
  ];
}

function engineRoutes({ installation }: PolicySettings): Route[] {
  const plain = (method: 'GET' | 'HEAD', path: string): Route =>
    route({ method, path: new RegExp(`^${path}$`), decide: () => ({ call: { method, path } }) });
  return [
    plain('GET', '/_ping'),
    plain('HEAD', '/_ping'),
    plain('GET', '/version'),
    route({
      method: 'GET',
      path: /^\/events$/,
      query: z.strictObject({ since: moment, until: moment, filters: z.string() }).partial(),
      decide: ({ query }) => {
        const filters = ownFilters(query.filters, installation);
        const all = { ...given(query), filters };
        return { call: { method: 'GET', path: '/events', query: all }, lasts: true };
      },
    }),
  ];
}

function volumeRoutes({ installation }: PolicySettings, belongings: Belongings): Route[] {
  const own = async (name = '') => `/volumes/${(await belongings.volume(name)).name}`;
  return [
    route({
      method: 'GET',
      path: /^\/volumes$/,
      query: filtered,
      decide: ({ query }) => list('/volumes', query, installation),
    }),
    route({
      method: 'POST',
      path: /^\/volumes\/create$/,
      body: volumeBody(installation),
      decide: ({ body }) => {
        requireName('volume', body.Name, body.Labels);
        return { call: { method: 'POST', path: '/volumes/create', body } };
      },
    }),
    route({
      method: 'GET',
      path: /^\/volumes\/([^/]+)$/,
      decide: async ({ names: [name] }) => ({ call: { method: 'GET', path: await own(name) } }),
    }),
    route({
      method: 'DELETE',
      path: /^\/volumes\/([^/]+)$/,
      query: z.strictObject({ force: flag.optional() }),
      decide: async ({ names: [name], query }) => ({
        call: { method: 'DELETE', path: await own(name), query: given(query) },
      }),
    }),
  ];
}

function networkRoutes({ installation, subnets }: PolicySettings, belongings: Belongings): Route[] {
  const own = async (name = '') => `/networks/${(await belongings.network(name)).id}`;
  return [
    route({
      method: 'GET',
      path: /^\/networks$/,
      query: filtered,
      decide: ({ query }) => list('/networks', query, installation),
    }),
    route({
      method: 'POST',
      path: /^\/networks\/create$/,
      body: networkBody(installation, subnets),
      decide: ({ body }) => {
        requireName('network', body.Name, body.Labels);
        return { call: { method: 'POST', path: '/networks/create', body } };
      },
    }),
    route({
      method: 'GET',
      path: /^\/networks\/([^/]+)$/,
      decide: async ({ names: [name] }) => ({ call: { method: 'GET', path: await own(name) } }),
    }),
    route({
      method: 'DELETE',
      path: /^\/networks\/([^/]+)$/,
      decide: async ({ names: [name] }) => ({ call: { method: 'DELETE', path: await own(name) } }),
    }),
  ];
}

function imageRoutes(): Route[] {
  return [
    route({
      method: 'GET',
      path: /^\/images\/(.+)\/json$/,
      decide: ({ names: [name] }) => {
        const image = readAs(imageReference, name, 'image');
        return { call: { method: 'GET', path: `/images/${image}/json` } };
      },
    }),
    route({
      method: 'POST',
      path: /^\/images\/create$/,
      query: z.strictObject({ fromImage: imageReference, tag: imageVersion.optional() }),
      decide: ({ query }) => {
        if (query.tag === undefined && !hasVersion(query.fromImage)) {
          throw new Refusal('a pull without tag or digest would fetch every one there is.');
        }
        const call = { method: 'POST', path: '/images/create', query: given(query) } as const;
        return { call, lasts: true };
      },
    }),
  ];
}

function list(path: string, query: { filters?: string | undefined }, installation: string) {
  const filters = ownFilters(query.filters, installation);
  return { call: { method: 'GET', path, query: { filters } } } as const;
}

function requireName(kind: string, name: string, labels: Labels): void {
  const session = sessionOf(labels);
  if (isNamedAfter(session, name)) return;
  throw new Refusal(`a ${kind} of session ${session} is not to be named ${JSON.stringify(name)}.`);
}
