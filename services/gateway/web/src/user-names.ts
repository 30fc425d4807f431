const SHORT_ID_MAX = 12;

/** What somebody is called, whose name may be unknown: then by the end of the id, which is what differs. */
export function nameOrId(id: string, name: string | undefined, kind = 'user'): string {
  return name ?? (id.length > SHORT_ID_MAX ? `${kind} …${id.slice(-8)}` : id);
}

/** Gives the id of the user whose name was typed, in any case; anything else is taken for an id as it is. */
export function userIdOf(typed: string, users: readonly { id: string; name: string }[]): string {
  const name = typed.trim().toLowerCase();
  return users.find((user) => user.name.toLowerCase() === name)?.id ?? typed.trim();
}
