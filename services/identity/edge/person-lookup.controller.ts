import { Controller, Inject } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { FindPerson } from '#shared/contracts/person-lookup.js';
import { Handles } from '#shared/boot/handles.js';
import type { Answered, Asked } from '#shared/boot/bus-request.js';
import { done, rejected } from '#shared/boot/reply.js';
import { findById, findByName } from '../process/names.js';
import { IDENTITY, type Identity } from '../tokens.js';

/** Says who somebody is whom a person has named to another service. The answer never quotes the name: it is on record. */
@Controller()
export class PersonLookupController {
  constructor(@Inject(IDENTITY) private readonly identity: Identity) {}

  @Handles(FindPerson)
  async find(@Payload() { data }: Asked<typeof FindPerson>): Answered<typeof FindPerson> {
    const { user_id: id, user_name: name } = data;
    const byName = name === undefined ? undefined : await findByName(this.identity, name);
    const found = id === undefined ? byName : await findById(this.identity, id);
    return found?.isActive
      ? done({ user_id: found.account.id })
      : rejected('UserUnknown', 'There is no such user; look at the spelling of the name.');
  }
}
