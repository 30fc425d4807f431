// Goal: nobody gets at what is somebody else's by naming its id, on any route, and learns nothing from trying.
// Method: one user has one of everything; another one asks the built server for every route that takes an id, with the
// first one's ids and with ids of nothing.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AskedRoute, askedRoutes } from '#test/support/asked-routes.js';
import { belongings, FOREIGN_IDS, type Owner } from '#test/support/foreign-ids.js';
import { administrator, newPerson } from '#test/support/people.js';
import { sortieFolders, startSortie, type Sortie } from '#test/support/sortie.js';
import { type Verdict, type Walker, withCookie } from '#test/support/walkers.js';

/** Fields of a body that name something: what sample data has in them is nobody's. */
const idsIn = (body: unknown): string[] =>
  Object.keys((body ?? {}) as object).filter((field) => field.endsWith('_id'));
const routes = (await askedRoutes()).filter(
  ({ pathFields, body }) => pathFields.length > 0 || idsIn(body).length > 0,
);
const nameOf = ({ method, path }: AskedRoute): string => `${method} ${path}`;

let folders: Awaited<ReturnType<typeof sortieFolders>>;
let sortie: Sortie;
let owner: Owner;
let stranger: Walker;
let before: unknown;
const ids: Record<string, string> = {};

beforeAll(async () => {
  folders = await sortieFolders();
  sortie = await startSortie(folders);
  const admin = await administrator(sortie);
  const una = await newPerson(sortie.url, admin, { name: 'una' });
  const mallory = await newPerson(sortie.url, admin, { name: 'mallory' });
  owner = { ...una, admin };
  stranger = withCookie(sortie.url, mallory.client.cookie);
  for (const [field, make] of Object.entries(FOREIGN_IDS)) ids[field] = await make(owner, ids);
  before = await belongings(owner, ids);
});
afterAll(async () => {
  await sortie?.end();
  await folders?.remove();
});

/** The route with somebody's ids wherever it takes one. */
function ask(route: AskedRoute, of: (field: string) => string): Promise<Verdict> {
  const named = Object.fromEntries(idsIn(route.body).map((field) => [field, of(field)]));
  const body = idsIn(route.body).length > 0 ? { ...(route.body as object), ...named } : route.body;
  return stranger({ ...route, body }, route.filled(of));
}

describe('the ids', () => {
  it('are of every field that names something in a path or a body', () => {
    const fields = routes.flatMap(({ pathFields, body }) => [...pathFields, ...idsIn(body)]);
    expect(fields.filter((field) => !Object.hasOwn(FOREIGN_IDS, field))).toEqual([]);
    expect(routes.length).toBeGreaterThan(40);
  });

  it('are of things that are there', () => {
    for (const [field, id] of Object.entries(ids)) expect(id, field).toMatch(/^[\w.-]+$/);
  });
});

describe('somebody else', () => {
  it.each(routes.map((route) => [nameOf(route), route] as const))('at %s', async (name, route) => {
    const own = await ask(route, (field) => ids[field] ?? '');
    const told = `${name}: ${own.status} ${own.body.slice(0, 300)}`;
    expect([401, 403, 404], told).toContain(own.status);
    // Nothing tells a thing of somebody else's from one that is not there.
    const none = await ask(route, () => 'nothing');
    expect([none.status, none.code], told).toEqual([own.status, own.code]);
  });

  it('has changed nothing', async () => {
    expect(await belongings(owner, ids)).toEqual(before);
    const session = await owner.client.get(`/api/sessions/${ids['session_id']}`);
    expect(session.body.status).not.toBe('stopped');
  });
});
