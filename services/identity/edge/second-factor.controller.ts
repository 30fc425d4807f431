import { Controller, Inject } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import {
  BeginSecondFactor,
  ConfirmSecondFactor,
  RemoveSecondFactor,
  RemoveUserSecondFactor,
  ShowSecondFactor,
} from '#shared/contracts/ways-in.js';
import { Handles } from '#shared/boot/handles.js';
import type { Answered, Asked } from '#shared/boot/bus-request.js';
import { done } from '#shared/boot/reply.js';
import { userUnknown } from '../domain/user.js';
import { unlessBusy } from '../process/password-refusals.js';
import {
  beginSecondFactor,
  confirmSecondFactor,
  dropSecondFactor,
  removeSecondFactor,
} from '../process/second-factor.js';
import { findSecondFactor } from '../read/second-factors.query.js';
import { findUser } from '../read/users.query.js';
import { IDENTITY, type Identity } from '../tokens.js';

@Controller()
export class SecondFactorController {
  constructor(@Inject(IDENTITY) private readonly identity: Identity) {}

  @Handles(ShowSecondFactor)
  async show(
    @Payload() { context }: Asked<typeof ShowSecondFactor>,
  ): Answered<typeof ShowSecondFactor> {
    const kept = await findSecondFactor(this.identity.reader, context.actor.id);
    const confirmed_at = kept?.confirmed_at ?? null;
    const begun = kept ? 'begun' : 'none';
    const status = confirmed_at === null ? begun : 'confirmed';
    return done({ status, confirmed_at, recovery_codes_left: kept?.recovery_codes_left ?? 0 });
  }

  @Handles(BeginSecondFactor)
  begin(
    @Payload() { context }: Asked<typeof BeginSecondFactor>,
  ): Answered<typeof BeginSecondFactor> {
    return beginSecondFactor(this.identity, context);
  }

  @Handles(ConfirmSecondFactor)
  confirm(
    @Payload() { data, context }: Asked<typeof ConfirmSecondFactor>,
  ): Answered<typeof ConfirmSecondFactor> {
    return confirmSecondFactor(this.identity, data.code, context);
  }

  @Handles(RemoveSecondFactor)
  remove(
    @Payload() { data, context }: Asked<typeof RemoveSecondFactor>,
  ): Answered<typeof RemoveSecondFactor> {
    return unlessBusy(removeSecondFactor(this.identity, data.password, context));
  }

  @Handles(RemoveUserSecondFactor)
  async removeOfUser(
    @Payload() { data: { user_id: userId }, context }: Asked<typeof RemoveUserSecondFactor>,
  ): Answered<typeof RemoveUserSecondFactor> {
    if (!(await findUser(this.identity.reader, userId))) return userUnknown(userId);
    return dropSecondFactor(this.identity, userId, context);
  }
}
