import { Controller, Inject } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import {
  AddGroupMember,
  CreateGroup,
  DeleteGroup,
  FindGroup,
  ListGroups,
  RemoveGroupMember,
  RenameGroup,
} from '#shared/contracts/groups.js';
import { Handles } from '#shared/boot/handles.js';
import type { Answered, Asked } from '#shared/boot/bus-request.js';
import { done } from '#shared/boot/reply.js';
import { groupUnknown } from '../domain/group.js';
import {
  addGroupMember,
  createGroup,
  deleteGroup,
  removeGroupMember,
  renameGroup,
} from '../process/groups.js';
import { findGroup, listGroups } from '../read/groups.query.js';
import { IDENTITY, type Identity } from '../tokens.js';

/** Groups of users, and who is in them. */
@Controller()
export class GroupController {
  constructor(@Inject(IDENTITY) private readonly identity: Identity) {}

  @Handles(CreateGroup)
  create(@Payload() { data, context }: Asked<typeof CreateGroup>): Answered<typeof CreateGroup> {
    return createGroup(this.identity, data.name, context);
  }

  @Handles(RenameGroup)
  rename(@Payload() { data, context }: Asked<typeof RenameGroup>): Answered<typeof RenameGroup> {
    const { group_id: groupId, name } = data;
    return renameGroup(this.identity, { groupId, name }, context);
  }

  @Handles(DeleteGroup)
  delete(@Payload() { data, context }: Asked<typeof DeleteGroup>): Answered<typeof DeleteGroup> {
    return deleteGroup(this.identity, data.group_id, context);
  }

  @Handles(AddGroupMember)
  add(@Payload() { data, context }: Asked<typeof AddGroupMember>): Answered<typeof AddGroupMember> {
    const member = { groupId: data.group_id, userId: data.user_id };
    return addGroupMember(this.identity, member, context);
  }

  @Handles(RemoveGroupMember)
  remove(
    @Payload() { data, context }: Asked<typeof RemoveGroupMember>,
  ): Answered<typeof RemoveGroupMember> {
    const member = { groupId: data.group_id, userId: data.user_id };
    return removeGroupMember(this.identity, member, context);
  }

  @Handles(ListGroups)
  async list(@Payload() { data, context }: Asked<typeof ListGroups>): Answered<typeof ListGroups> {
    return done(await listGroups(await this.identity.tablesFor(context), data));
  }

  @Handles(FindGroup)
  async find(@Payload() { data, context }: Asked<typeof FindGroup>): Answered<typeof FindGroup> {
    const found = await findGroup(await this.identity.tablesFor(context), data.group_id);
    return found ? done(found.group, found.version) : groupUnknown(data.group_id);
  }
}
