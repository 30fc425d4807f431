import { Client } from './client.js';

export const PASSWORD = 'mauve stapler 42';

export type Person = Readonly<{ client: Client; id: string; name: string }>;

/** Signs the first administrator in. */
export const administrator = ({ url, password }: { url: string; password: string }) =>
  new Client(url).signIn('admin', password);

/** Registers a user with {@link PASSWORD} and signs the user in. */
export async function newPerson(
  url: string,
  admin: Client,
  { name, role = 'user' }: { name: string; role?: 'user' | 'admin' },
): Promise<Person> {
  const { status, body } = await admin.post('/api/users', { name, role, password: PASSWORD });
  if (status !== 201) throw new Error(`POST /api/users: ${status} ${JSON.stringify(body)}`);
  const client = await new Client(url).signIn(name, PASSWORD);
  return { client, id: body.user.id, name };
}
