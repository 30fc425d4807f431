/** Gives the id of the user whose name was typed, in any case; anything else is taken for an id as it is. */
export function userIdOf(typed: string, users: readonly { id: string; name: string }[]): string {
  const name = typed.trim().toLowerCase();
  return users.find((user) => user.name.toLowerCase() === name)?.id ?? typed.trim();
}
