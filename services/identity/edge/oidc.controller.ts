import { Controller, Inject } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import {
  FinishOidcSignIn,
  ListSignInProviders,
  StartOidcSignIn,
} from '#shared/contracts/ways-in.js';
import { Handles } from '#shared/boot/handles.js';
import type { Answered, Asked } from '#shared/boot/bus-request.js';
import { done } from '#shared/boot/reply.js';
import { finishOidcSignIn, startOidcSignIn } from '../process/oidc-sign-in.js';
import { unlessBusy } from '../process/password-refusals.js';
import { IDENTITY, type Identity } from '../tokens.js';

const START = '/api/sign-in/oidc/start';

/** Signing in elsewhere. */
@Controller()
export class OidcController {
  constructor(@Inject(IDENTITY) private readonly identity: Identity) {}

  @Handles(ListSignInProviders)
  async list(): Answered<typeof ListSignInProviders> {
    const { oidc } = this.identity;
    return done({ providers: oidc ? [{ id: 'oidc', name: oidc.settings.name, url: START }] : [] });
  }

  @Handles(StartOidcSignIn)
  start(@Payload() { data }: Asked<typeof StartOidcSignIn>): Answered<typeof StartOidcSignIn> {
    return startOidcSignIn(this.identity, data);
  }

  @Handles(FinishOidcSignIn)
  finish(
    @Payload() { data, context }: Asked<typeof FinishOidcSignIn>,
  ): Answered<typeof FinishOidcSignIn> {
    return unlessBusy(finishOidcSignIn(this.identity, data, context));
  }
}
