import {
  AddGroupMember,
  CreateGroup,
  DeleteGroup,
  FindGroup,
  ListGroups,
  RemoveGroupMember,
  RenameGroup,
} from '#shared/contracts/groups.js';
import { inEffect } from '../rights-in-effect.js';
import { route } from '../route.js';

const tag = 'Groups';

/** Groups of users, who may be let into apps together. */
export const groupRoutes = [
  route({
    method: 'GET',
    path: '/api/groups',
    operation: ListGroups,
    summary: 'All groups, by name',
    tag,
    success: 200,
  }),
  route({
    method: 'POST',
    path: '/api/groups',
    operation: CreateGroup,
    perform: (data, context, bus) => inEffect(bus.request(CreateGroup, data, context), bus),
    hasVersion: true,
    summary: 'Make a group',
    tag,
    success: 201,
    location: (group) => `/api/groups/${group.id}`,
    problems: ['GroupNameTaken', 'TooManyGroups'],
  }),
  route({
    method: 'GET',
    path: '/api/groups/{group_id}',
    operation: FindGroup,
    hasVersion: true,
    summary: 'One group with its members, with its version as ETag',
    tag,
    success: 200,
    problems: ['GroupUnknown'],
  }),
  route({
    method: 'PUT',
    path: '/api/groups/{group_id}',
    operation: RenameGroup,
    hasVersion: true,
    ifMatch: 'required',
    summary: 'Give a group another name',
    tag,
    success: 200,
    problems: ['GroupUnknown', 'GroupNameTaken', 'TooManyGroups'],
  }),
  route({
    method: 'DELETE',
    path: '/api/groups/{group_id}',
    operation: DeleteGroup,
    perform: (data, context, bus) => inEffect(bus.request(DeleteGroup, data, context), bus),
    ifMatch: 'required',
    summary: 'Delete a group; its members lose what it let them use',
    tag,
    success: 204,
    problems: ['GroupUnknown'],
  }),
  route({
    method: 'PUT',
    path: '/api/groups/{group_id}/members/{user_id}',
    operation: AddGroupMember,
    perform: (data, context, bus) => inEffect(bus.request(AddGroupMember, data, context), bus),
    summary: 'Put a user into a group',
    tag,
    success: 204,
    problems: ['GroupUnknown', 'UserUnknown', 'TooManyMembers'],
  }),
  route({
    method: 'DELETE',
    path: '/api/groups/{group_id}/members/{user_id}',
    operation: RemoveGroupMember,
    perform: (data, context, bus) => inEffect(bus.request(RemoveGroupMember, data, context), bus),
    summary: 'Take a user out of a group',
    tag,
    success: 204,
    problems: ['GroupUnknown'],
  }),
];
