import type { UserRole } from '#shared/contracts/identity.js';
import { Client } from './client.js';

export const PASSWORD = 'mauve stapler 42';

const GIVEN = 'given by somebody 17';

export type Person = Readonly<{ client: Client; id: string; name: string }>;

/** Signs the first administrator in. */
export const administrator = ({ url, password }: { url: string; password: string }) =>
  new Client(url).signIn('admin', password);

/** Registers a user, signs the user in, and has the user choose {@link PASSWORD}. */
export async function newPerson(
  url: string,
  admin: Client,
  { name, role = 'user' }: { name: string; role?: UserRole },
): Promise<Person> {
  const { status, body } = await admin.post('/api/users', { name, role, password: GIVEN });
  if (status !== 201) throw new Error(`POST /api/users: ${status} ${JSON.stringify(body)}`);
  const client = new Client(url);
  await client.post('/api/sign-in', { name, password: GIVEN });
  await client.choosePassword(GIVEN, PASSWORD);
  return { client, id: body.user.id, name };
}
