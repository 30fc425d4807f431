import { z } from 'zod';
import { STREAM_ID } from '#shared/es/commit.js';
import { PEOPLE } from '#shared/es/operation.js';

export const USER_ROLES = PEOPLE;
export type UserRole = (typeof USER_ROLES)[number];

export const PASSWORD_LENGTH_MIN = 8;
export const PASSWORD_LENGTH_MAX = 128;

export const userId = z.string().regex(STREAM_ID, 'is no user id');
export const userName = z
  .string()
  .regex(/^[A-Za-z0-9._@-]{1,64}$/, 'takes 1 to 64 letters, digits, ".", "_", "-" and "@"')
  .describe('What the user signs in with; unique, whatever the case');
/** A name as it is shown, also of somebody who was erased. */
export const shownName = z
  .string()
  .describe('What the user signs in with; `erased person` for one who was erased');
export const role = z.enum(USER_ROLES);
export const time = z.string().describe('RFC 3339, UTC');
const tooLong = `takes at most ${PASSWORD_LENGTH_MAX} characters`;
/** Too short or too common is a rule of the service's, with an answer of its own. */
export const password = z.string().max(PASSWORD_LENGTH_MAX, tooLong);
/** A password that Sortie made up: null when there is none to show, also on a repeat of the request that was shown it. */
export const shownOnce = z
  .string()
  .nullable()
  .describe(
    'The generated password, shown this once; null on a repeat of the same Idempotency-Key',
  );

/** Who is signed in, as the API shows it. */
export const account = z.object({
  id: userId,
  name: userName,
  role,
  must_change_password: z.boolean().describe('Somebody else chose or saw the password'),
});
export type Account = z.infer<typeof account>;

/** A user as administrators see it. */
export const userView = z.object({
  id: userId,
  name: shownName,
  role,
  status: z.enum(['active', 'disabled', 'erased']),
  created_at: time,
});
export type UserView = z.infer<typeof userView>;
