import { Controller, Inject } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import {
  ErasePerson,
  OpenPersonalTexts,
  SealOrigin,
  ShowErasure,
} from '#shared/contracts/erasure.js';
import { Handles } from '#shared/boot/handles.js';
import type { Answered, Asked } from '#shared/boot/bus-request.js';
import { done } from '#shared/boot/reply.js';
import { erasePerson } from '../process/erase-person.js';
import { sealedOriginOf } from '../process/sealed-origin.js';
import { showErasure } from '../process/show-erasure.js';
import { IDENTITY, type Identity } from '../tokens.js';

@Controller()
export class ErasureController {
  constructor(@Inject(IDENTITY) private readonly identity: Identity) {}

  @Handles(ErasePerson)
  erase(@Payload() { data, context }: Asked<typeof ErasePerson>): Answered<typeof ErasePerson> {
    return erasePerson(this.identity, data, context);
  }

  @Handles(ShowErasure)
  show(@Payload() { data }: Asked<typeof ShowErasure>): Answered<typeof ShowErasure> {
    return showErasure(this.identity, data.user_id);
  }

  @Handles(OpenPersonalTexts)
  async open(
    @Payload() { data }: Asked<typeof OpenPersonalTexts>,
  ): Answered<typeof OpenPersonalTexts> {
    return done({ texts: await this.identity.personal.opened(data.texts) });
  }

  @Handles(SealOrigin)
  async seal(@Payload() { data }: Asked<typeof SealOrigin>): Answered<typeof SealOrigin> {
    return done(await sealedOriginOf(this.identity, data.user_id, data));
  }
}
