import { Controller, Inject } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import {
  Authenticate,
  ChangePassword,
  CheckSignIn,
  RotateSignIn,
  SignIn,
  SignOut,
} from '#shared/contracts/identity.js';
import { Handles } from '#shared/boot/handles.js';
import type { Answered, Asked } from '#shared/boot/bus-request.js';
import { done, ended, rejected } from '#shared/boot/reply.js';
import { newToken, tokenHashOf } from '../adapters/random-secrets.js';
import { isDueForRotation, signIn, signInRequired } from '../domain/sign-in.js';
import { changePassword } from '../process/change-password.js';
import { unlessBusy } from '../process/password-refusals.js';
import { sealedOriginOf } from '../process/sealed-origin.js';
import { signInWith } from '../process/sign-in.js';
import { findExpiry, findLiveSignIn } from '../read/sign-ins.query.js';
import { IDENTITY, type Identity } from '../tokens.js';

@Controller()
export class SignInController {
  constructor(@Inject(IDENTITY) private readonly identity: Identity) {}

  @Handles(SignIn)
  signIn(@Payload() { data, context }: Asked<typeof SignIn>): Answered<typeof SignIn> {
    return unlessBusy(signInWith(this.identity, data, context));
  }

  @Handles(Authenticate)
  async authenticate(
    @Payload() { data }: Asked<typeof Authenticate>,
  ): Answered<typeof Authenticate> {
    const at = this.#at();
    const { reader, personal } = this.identity;
    const found = await findLiveSignIn(reader, tokenHashOf(data.token), at);
    if (!found) return signInRequired();
    const { account, id: sign_in_id, expiresAt: expires_at, issuedAt, isReplaced } = found;
    return done({
      user: await personal.opened(account),
      sign_in_id,
      expires_at,
      origin: await sealedOriginOf(this.identity, account.id, data),
      rotate: !isReplaced && isDueForRotation(issuedAt, at),
    });
  }

  @Handles(CheckSignIn)
  async check(@Payload() { data }: Asked<typeof CheckSignIn>): Answered<typeof CheckSignIn> {
    // Whoever signed out a moment ago must be out: a read model behind the log is no answer.
    if (!(await this.identity.caughtUp())) {
      return rejected('Unavailable', 'Sign-ins can not be checked at the moment; try again.');
    }
    const { reader } = this.identity;
    const found = await findExpiry(reader, data.sign_in_id, this.#at());
    return found ? done(found) : signInRequired();
  }

  @Handles(RotateSignIn)
  async rotate(
    @Payload() { data, context }: Asked<typeof RotateSignIn>,
  ): Answered<typeof RotateSignIn> {
    const at = this.#at();
    const presentedHash = tokenHashOf(data.token);
    const found = await findLiveSignIn(this.identity.reader, presentedHash, at);
    if (!found || found.account.id !== context.actor.id) return signInRequired();
    const { id: signInId, expiresAt: expires_at } = found;
    const token = newToken();
    const newHash = tokenHashOf(token);
    const outcome = await this.identity.commands.handle(signIn, {
      aggregate: 'signin',
      id: signInId,
      command: { type: 'RotateSignIn', data: { signInId, presentedHash, newHash, at } },
      context,
    });
    if (outcome.kind === 'rejected') return outcome;
    if (outcome.kind === 'unchanged') return done({ token: null, expires_at });
    const isOurs = outcome.events.some(
      ({ type, data: rotated }) => type === 'SignInRotated' && rotated.tokenHash === newHash,
    );
    return done({ token: isOurs ? token : null, expires_at });
  }

  @Handles(SignOut)
  async signOut(@Payload() { context }: Asked<typeof SignOut>): Answered<typeof SignOut> {
    const { signInId, actor } = context;
    if (signInId === undefined) return signInRequired();
    const outcome = await this.identity.commands.handle(signIn, {
      aggregate: 'signin',
      id: signInId,
      command: { type: 'EndSignIn', data: { signInId, userId: actor.id } },
      context,
    });
    return ended(outcome);
  }

  @Handles(ChangePassword)
  changePassword(
    @Payload() { data, context }: Asked<typeof ChangePassword>,
  ): Answered<typeof ChangePassword> {
    return unlessBusy(changePassword(this.identity, data, context));
  }

  #at = (): string => this.identity.now().toISOString();
}
