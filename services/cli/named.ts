import { validate as isId } from 'uuid';
import type { GroupListed } from '#shared/contracts/groups.js';
import type { UserView } from '#shared/contracts/identity.js';
import { allOf, type Api, dataOf } from './cli.js';
import { CliError, EXIT } from './exit-codes.js';

// What looks like an id is one: nobody gets into the place of somebody else by taking that one's id for a name.

/** Everybody who was ever registered, or those with a part of a name. */
export const usersOf = (api: Api, part?: string): Promise<UserView[]> =>
  allOf(async (page) => {
    const query = { ...page, ...(part !== undefined && { query: part }) };
    const answer = dataOf(await api.GET('/api/users', { params: { query } }));
    return { items: answer.users, next: answer.next_cursor };
  });

/** The user of that id or name, in any case. Errors: CliError, ApiError. */
export async function userNamed(api: Api, named: string): Promise<UserView> {
  if (isId(named)) {
    const params = { path: { user_id: named } };
    return dataOf(await api.GET('/api/users/{user_id}', { params }));
  }
  const user = (await usersOf(api, named)).find(({ name }) => isSame(name, named));
  return user ?? unknown('user', named);
}

export const groupsOf = (api: Api): Promise<GroupListed[]> =>
  allOf(async (query) => {
    const answer = dataOf(await api.GET('/api/groups', { params: { query } }));
    return { items: answer.groups, next: answer.next_cursor };
  });

/** The group of that id or name, in any case: with its members, as an answer that tells its version. Errors: CliError, ApiError. */
export async function groupNamed(api: Api, named: string) {
  const listed = isId(named)
    ? { id: named }
    : (await groupsOf(api)).find(({ name }) => isSame(name, named));
  const { id: group_id } = listed ?? unknown('group', named);
  return api.GET('/api/groups/{group_id}', { params: { path: { group_id } } });
}

const isSame = (name: string, typed: string): boolean => name.toLowerCase() === typed.toLowerCase();

function unknown(what: 'user' | 'group', named: string): never {
  throw new CliError(EXIT.refused, `There is no ${what} "${named}"; sortie ${what}s list has all.`);
}
