import { Controller, Inject } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import {
  EndSignIn,
  ListSignIns,
  SignOutEverywhere,
  SignOutUser,
} from '#shared/contracts/ways-in.js';
import { Handles } from '#shared/boot/handles.js';
import type { Answered, Asked } from '#shared/boot/bus-request.js';
import { done, ended, rejected } from '#shared/boot/reply.js';
import type { Reply, RequestContext } from '#shared/es/operation.js';
import { signIn } from '../domain/sign-in.js';
import { signOuts } from '../domain/sign-outs.js';
import { userUnknown } from '../domain/user.js';
import { hasSignIn, listSignIns } from '../read/sign-ins.query.js';
import { findUser } from '../read/users.query.js';
import { IDENTITY, type Identity } from '../tokens.js';

/** Where somebody is signed in, and how that ends. */
@Controller()
export class SignedInController {
  constructor(@Inject(IDENTITY) private readonly identity: Identity) {}

  @Handles(ListSignIns)
  async list(@Payload() { context }: Asked<typeof ListSignIns>): Answered<typeof ListSignIns> {
    const { reader, personal } = this.identity;
    const rows = await listSignIns(reader, context.actor.id, this.#at());
    const sign_ins = rows.map((row) => ({ ...row, current: row.id === context.signInId }));
    return done({ sign_ins: await personal.opened(sign_ins) });
  }

  @Handles(EndSignIn)
  async end(@Payload() { data, context }: Asked<typeof EndSignIn>): Answered<typeof EndSignIn> {
    const { sign_in_id: signInId } = data;
    const { id: userId } = context.actor;
    if (!(await hasSignIn(this.identity.reader, { userId, signInId }, this.#at()))) {
      const detail = `You have no sign-in "${signInId}"; list those that there are.`;
      return rejected('SignInUnknown', detail);
    }
    const outcome = await this.identity.commands.handle(signIn, {
      aggregate: 'signin',
      id: signInId,
      command: { type: 'EndSignIn', data: { signInId, userId } },
      context,
    });
    return ended(outcome);
  }

  @Handles(SignOutEverywhere)
  signOutEverywhere(
    @Payload() { context }: Asked<typeof SignOutEverywhere>,
  ): Answered<typeof SignOutEverywhere> {
    return this.#signOut(context.actor.id, context);
  }

  @Handles(SignOutUser)
  async signOutUser(
    @Payload() { data, context }: Asked<typeof SignOutUser>,
  ): Answered<typeof SignOutUser> {
    const { user_id: userId } = data;
    if (!(await findUser(this.identity.reader, userId))) return userUnknown(userId);
    return this.#signOut(userId, context);
  }

  async #signOut(userId: string, context: RequestContext): Promise<Reply<null>> {
    const outcome = await this.identity.commands.handle(signOuts, {
      aggregate: 'signouts',
      id: userId,
      command: { type: 'SignOutEverywhere', data: { userId } },
      context,
    });
    return ended(outcome);
  }

  #at = (): string => this.identity.now().toISOString();
}
