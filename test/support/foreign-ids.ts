import type { Client } from './client.js';

/** Somebody who has things, and an administrator who gave some of them. */
export type Owner = Readonly<{ id: string; client: Client; admin: Client }>;
type Ids = Readonly<Record<string, string>>;

/** What a request must have brought, or the reason why there is nothing to try on. */
async function made(what: string, asking: ReturnType<Client['get']>) {
  const { status, body } = await asking;
  if (status >= 300) throw new Error(`${what}: ${status} ${JSON.stringify(body)}`);
  return body;
}

/**
 * How to come by an id of somebody's own, for each field that names one in a path or in a body, made one after the other.
 * A route with a field that is not here fails test/e2e/foreign-ids.spec.ts: say here what the owner has.
 */
export const FOREIGN_IDS: Readonly<Record<string, (owner: Owner, ids: Ids) => Promise<string>>> = {
  user_id: async ({ id }) => id,
  category: async ({ id, admin }) => {
    await made('category', admin.put(`/api/categories/Plans/administrators/${id}`, {}));
    return 'Plans';
  },
  app_id: async ({ id, admin }) => {
    const app = { launch_type: 'container', container_image: 'sortie/terminal' };
    const spec = { ...app, id: 'plans', name: 'Plans', category: 'Plans', visibility: 'approved' };
    await made('app', admin.post('/api/apps', spec));
    await made('approval', admin.put(`/api/apps/plans/approvals/${id}`, {}));
    return 'plans';
  },
  group_id: async ({ id, admin }) => {
    const group = await made('group', admin.post('/api/groups', { name: 'Plans' }));
    await made('member', admin.put(`/api/groups/${group.id}/members/${id}`, {}));
    return group.id;
  },
  session_id: async ({ client }) =>
    (await made('session', client.post('/api/sessions', { app_id: 'plans' }))).id,
  share_id: async ({ client }, ids) => {
    const shares = `/api/sessions/${ids['session_id']}/shares`;
    return (await made('share', client.post(shares, { mode: 'control' }))).share.id;
  },
  token_id: async ({ client }) => {
    const wish = { name: 'own', scopes: ['apps:read'] };
    return (await made('token', client.post('/api/me/tokens', wish))).api_token.id;
  },
  sign_in_id: async ({ client }) =>
    (await made('sign-in', client.get('/api/me/sign-ins'))).sign_ins[0].id,
  name: async () => 'session.sessions',
};

/** What the owner has, as the owner sees it: nobody else may have changed any of it. */
export async function belongings({ client }: Owner, ids: Ids): Promise<unknown> {
  const paths = [
    ...['/api/me', '/api/me/preferences', `/api/sessions/${ids['session_id']}/shares`],
    ...[
      '/api/categories',
      '/api/apps/plans',
      '/api/apps/plans/approvals',
      '/api/apps/plans/history',
    ],
  ];
  const answers = [];
  for (const path of paths) answers.push((await client.get(path)).body);
  const tokens = (await client.get('/api/me/tokens')).body.tokens;
  const signIns = (await client.get('/api/me/sign-ins')).body.sign_ins;
  const idsOf = (things: { id: string }[]) => things.map(({ id }) => id).toSorted();
  return [...answers, idsOf(tokens), idsOf(signIns)];
}
