import { Controller, Inject } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import {
  ChangeRole,
  DisableUser,
  EnsureFirstAdministrator,
  FindUser,
  ListUserNames,
  ListUsers,
  RegisterUser,
  ResetPassword,
  ResetUserPassword,
} from '#shared/contracts/identity.js';
import { Handles } from '#shared/boot/handles.js';
import type { Answered, Asked } from '#shared/boot/bus-request.js';
import { done } from '#shared/boot/reply.js';
import { userUnknown } from '../domain/user.js';
import { changeRole } from '../process/change-role.js';
import { disableUser } from '../process/disable-user.js';
import { ensureFirstAdministrator } from '../process/first-administrator.js';
import { unlessBusy } from '../process/password-refusals.js';
import { registerUser } from '../process/register-user.js';
import { resetPassword } from '../process/reset-password.js';
import { findUser, listNames, listUsers } from '../read/users.query.js';
import { IDENTITY, type Identity } from '../tokens.js';

@Controller()
export class UserController {
  constructor(@Inject(IDENTITY) private readonly identity: Identity) {}

  @Handles(RegisterUser)
  register(
    @Payload() { data, context }: Asked<typeof RegisterUser>,
  ): Answered<typeof RegisterUser> {
    // Whether chosen or made up: the administrator knows it.
    return unlessBusy(registerUser(this.identity, { ...data, mustChange: true }, context));
  }

  @Handles(DisableUser)
  disable(@Payload() { data, context }: Asked<typeof DisableUser>): Answered<typeof DisableUser> {
    return disableUser(this.identity, data.user_id, context);
  }

  @Handles(ResetPassword)
  resetPassword(
    @Payload() { data, context }: Asked<typeof ResetPassword>,
  ): Answered<typeof ResetPassword> {
    return unlessBusy(resetPassword(this.identity, { name: data.name }, context));
  }

  @Handles(ResetUserPassword)
  resetUserPassword(
    @Payload() { data, context }: Asked<typeof ResetUserPassword>,
  ): Answered<typeof ResetUserPassword> {
    return unlessBusy(resetPassword(this.identity, { userId: data.user_id }, context));
  }

  @Handles(ChangeRole)
  changeRole(@Payload() { data, context }: Asked<typeof ChangeRole>): Answered<typeof ChangeRole> {
    return changeRole(this.identity, { userId: data.user_id, role: data.role }, context);
  }

  @Handles(EnsureFirstAdministrator)
  ensureFirst(
    @Payload() { context }: Asked<typeof EnsureFirstAdministrator>,
  ): Answered<typeof EnsureFirstAdministrator> {
    return unlessBusy(ensureFirstAdministrator(this.identity, context));
  }

  @Handles(ListUsers)
  async list(@Payload() { data, context }: Asked<typeof ListUsers>): Answered<typeof ListUsers> {
    const { tablesFor, personal } = this.identity;
    return done(await listUsers(await tablesFor(context), data, (rows) => personal.opened(rows)));
  }

  @Handles(FindUser)
  async find(@Payload() { data, context }: Asked<typeof FindUser>): Answered<typeof FindUser> {
    const { tablesFor, personal } = this.identity;
    const found = await personal.opened(await findUser(await tablesFor(context), data.user_id));
    return found ? done(found.user, found.version) : userUnknown(data.user_id);
  }

  @Handles(ListUserNames)
  async listNames(
    @Payload() { data, context }: Asked<typeof ListUserNames>,
  ): Answered<typeof ListUserNames> {
    const { tablesFor, personal } = this.identity;
    const names = await listNames(await tablesFor(context), data.ids);
    return done({ users: await personal.opened(names) });
  }
}
