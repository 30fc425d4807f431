import { z } from 'zod';
import type { Belongings } from './belongings.js';
import { containerBody, signalName } from './container-body.js';
import { permitMaking } from './container-making.js';
import { ownFilters } from './filters.js';
import { flag, given, moment, type PolicySettings, type Route, route, seconds } from './route.js';

const logsQuery = z
  .strictObject({
    stdout: flag,
    stderr: flag,
    follow: flag,
    timestamps: flag,
    since: moment,
    until: moment,
    tail: z.string().regex(/^(all|\d{1,9})$/),
  })
  .partial();
const conditions = z.enum(['not-running', 'next-exit', 'removed']);
const listQuery = z
  .strictObject({
    all: flag,
    size: flag,
    limit: z.string().regex(/^\d{1,6}$/),
    filters: z.string(),
  })
  .partial();

/** What may be asked about containers: to make one by the rules, and the rest for own ones. */
export function containerRoutes(settings: PolicySettings, belongings: Belongings): Route[] {
  const { installation, limits } = settings;
  const own = async (name = ''): Promise<string> =>
    `/containers/${(await belongings.container(name)).id}`;
  return [
    route({
      method: 'GET',
      path: /^\/containers\/json$/,
      query: listQuery,
      decide: ({ query }) => {
        const filters = ownFilters(query.filters, installation);
        const all = { ...given(query), filters };
        return { call: { method: 'GET', path: '/containers/json', query: all } };
      },
    }),
    route({
      method: 'POST',
      path: /^\/containers\/create$/,
      query: z.strictObject({ name: z.string() }),
      body: containerBody(installation, limits),
      decide: ({ query: { name }, body }) => permitMaking(settings, belongings, { name, body }),
    }),
    route({
      method: 'GET',
      path: /^\/containers\/([^/]+)\/json$/,
      query: z.strictObject({ size: flag.optional() }),
      decide: async ({ names: [name], query }) => ({
        call: { method: 'GET', path: `${await own(name)}/json`, query: given(query) },
      }),
    }),
    route({
      method: 'GET',
      path: /^\/containers\/([^/]+)\/logs$/,
      query: logsQuery,
      decide: async ({ names: [name], query }) => ({
        call: { method: 'GET', path: `${await own(name)}/logs`, query: given(query) },
        lasts: true,
      }),
    }),
    ...movingRoutes(own),
  ];
}

function movingRoutes(own: (name?: string) => Promise<string>): Route[] {
  return [
    route({
      method: 'POST',
      path: /^\/containers\/([^/]+)\/start$/,
      decide: async ({ names: [name] }) => ({
        call: { method: 'POST', path: `${await own(name)}/start` },
      }),
    }),
    route({
      method: 'POST',
      path: /^\/containers\/([^/]+)\/stop$/,
      query: z.strictObject({ t: seconds, signal: signalName }).partial(),
      decide: async ({ names: [name], query }) => ({
        call: { method: 'POST', path: `${await own(name)}/stop`, query: given(query) },
        lasts: true,
      }),
    }),
    route({
      method: 'POST',
      path: /^\/containers\/([^/]+)\/kill$/,
      query: z.strictObject({ signal: signalName }).partial(),
      decide: async ({ names: [name], query }) => ({
        call: { method: 'POST', path: `${await own(name)}/kill`, query: given(query) },
      }),
    }),
    route({
      method: 'POST',
      path: /^\/containers\/([^/]+)\/wait$/,
      query: z.strictObject({ condition: conditions }).partial(),
      decide: async ({ names: [name], query }) => ({
        call: { method: 'POST', path: `${await own(name)}/wait`, query: given(query) },
        lasts: true,
      }),
    }),
    route({
      method: 'DELETE',
      path: /^\/containers\/([^/]+)$/,
      query: z.strictObject({ force: flag, v: flag }).partial(),
      decide: async ({ names: [name], query }) => ({
        call: { method: 'DELETE', path: await own(name), query: given(query) },
        frees: true,
      }),
    }),
  ];
}
