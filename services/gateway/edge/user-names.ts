import { ListUserNames } from '#shared/contracts/identity.js';
import type { Bus, RequestContext } from '#shared/es/operation.js';

/** The names of users by id; of those that can't be had now, none. */
export async function userNames(
  ids: Iterable<string>,
  { bus, context }: Readonly<{ bus: Bus; context: RequestContext }>,
): Promise<Record<string, string>> {
  const reply = await bus.request(ListUserNames, { ids: [...new Set(ids)] }, context);
  return reply.kind === 'done'
    ? Object.fromEntries(reply.result.users.map(({ id, name }) => [id, name]))
    : {};
}

/** Entries of the trail with the names of those who did it, as far as they have one. */
export async function withUserNames<E extends { user: string }>(
  entries: readonly E[],
  asking: Readonly<{ bus: Bus; context: RequestContext }>,
): Promise<(E & { user_name?: string })[]> {
  const names = await userNames(
    entries.map(({ user }) => user),
    asking,
  );
  return entries.map((entry) => {
    const user_name = names[entry.user];
    return { ...entry, ...(user_name !== undefined && { user_name }) };
  });
}

/** Sessions with the names of those whose they are; nobody has to be told that their own are theirs. */
export async function withOwnersNamed<S extends { user_id: string }>(
  sessions: readonly S[],
  asking: Readonly<{ bus: Bus; context: RequestContext }>,
): Promise<(S & { user_name?: string })[]> {
  const owners = sessions.map(({ user_id }) => user_id);
  const isOwnOnly = owners.every((id) => id === asking.context.actor.id);
  const names = isOwnOnly ? {} : await userNames(owners, asking);
  return sessions.map((session) => {
    const user_name = names[session.user_id];
    return { ...session, ...(user_name !== undefined && { user_name }) };
  });
}
