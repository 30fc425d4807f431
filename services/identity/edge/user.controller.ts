import { Controller, Inject } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import {
  DisableUser,
  EnsureFirstAdministrator,
  FindUser,
  ListUserNames,
  ListUsers,
  RegisterUser,
  ResetPassword,
} from '#shared/contracts/identity.js';
import { Handles } from '#shared/boot/handles.js';
import type { Answered, Asked } from '#shared/boot/bus-request.js';
import { done } from '#shared/boot/reply.js';
import { userUnknown } from '../domain/user.js';
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
    return unlessBusy(resetPassword(this.identity, data.name, context));
  }

  @Handles(EnsureFirstAdministrator)
  ensureFirst(
    @Payload() { context }: Asked<typeof EnsureFirstAdministrator>,
  ): Answered<typeof EnsureFirstAdministrator> {
    return unlessBusy(ensureFirstAdministrator(this.identity, context));
  }

  @Handles(ListUsers)
  async list(@Payload() { data }: Asked<typeof ListUsers>): Answered<typeof ListUsers> {
    return done(await listUsers(this.identity.reader, data));
  }

  @Handles(FindUser)
  async find(@Payload() { data }: Asked<typeof FindUser>): Answered<typeof FindUser> {
    const found = await findUser(this.identity.reader, data.user_id);
    return found ? done(found.user, found.version) : userUnknown(data.user_id);
  }

  @Handles(ListUserNames)
  async listNames(
    @Payload() { data }: Asked<typeof ListUserNames>,
  ): Answered<typeof ListUserNames> {
    return done({ users: await listNames(this.identity.reader, data.ids) });
  }
}
