import type { PasswordRow } from './passwords.js';
import type { SignInRow } from './sign-ins.js';
import type { UsernameRow } from './usernames.js';
import type { UserRow } from './users.js';

export type IdentityTables = {
  users: UserRow;
  usernames: UsernameRow;
  passwords: PasswordRow;
  sign_ins: SignInRow;
};
