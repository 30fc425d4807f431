import type { ApiTokenRow } from './api-tokens.js';
import type { GroupMemberRow, GroupRow } from './groups.js';
import type { DeviceSignInRow } from './device-sign-ins.js';
import type { ExternalIdentityRow } from './external-identities.js';
import type { PasswordRow } from './passwords.js';
import type { SecondFactorRow } from './second-factors.js';
import type { SignInRow } from './sign-ins.js';
import type { SignOutRow } from './sign-outs.js';
import type { UserPreferencesRow } from './user-preferences.js';
import type { UsernameRow } from './usernames.js';
import type { UserRow } from './users.js';

export type IdentityTables = {
  users: UserRow;
  usernames: UsernameRow;
  passwords: PasswordRow;
  user_groups: GroupRow;
  group_members: GroupMemberRow;
  user_preferences: UserPreferencesRow;
  sign_ins: SignInRow;
  sign_outs: SignOutRow;
  api_tokens: ApiTokenRow;
  second_factors: SecondFactorRow;
  external_identities: ExternalIdentityRow;
  device_sign_ins: DeviceSignInRow;
};
