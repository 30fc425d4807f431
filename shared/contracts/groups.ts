import { z } from 'zod';
import { STREAM_ID } from '#shared/es/commit.js';
import type { Message } from '#shared/es/decider.js';
import { operationsOf } from '#shared/es/operation.js';
import { pageQuery } from './page.js';

export const GROUP_NAME_LENGTH_MAX = 80;

export const groupId = z.string().regex(STREAM_ID, 'is no group id');
const userId = z.string().regex(STREAM_ID, 'is no user id');
const groupName = z
  .string()
  .trim()
  .min(1, 'is empty')
  .max(GROUP_NAME_LENGTH_MAX)
  // oxlint-disable-next-line no-control-regex
  .regex(/^[^\u0000-\u001f\u007f]*$/, 'must be one line without control characters')
  .describe('Unique, whatever the case');

/** A group with all who are in it. */
export const groupView = z.object({
  id: groupId,
  name: groupName,
  member_ids: z.array(userId),
});
export type GroupView = z.infer<typeof groupView>;

/** A group in a list: with how many are in it. */
export const groupListed = z.object({
  id: groupId,
  name: groupName,
  members: z.number().int().describe('How many are in it'),
});
export type GroupListed = z.infer<typeof groupListed>;

/** A name belongs to this group from now on, once there is one. */
export type GroupNameClaimed = Message<
  'GroupNameClaimed',
  { name: string; groupId: string; claimedAt: string }
>;
export type GroupNameReleased = Message<'GroupNameReleased', { name: string; groupId: string }>;
export type GroupNameEvent = GroupNameClaimed | GroupNameReleased;

export type GroupCreated = Message<'GroupCreated', { groupId: string; name: string }>;
export type GroupRenamed = Message<'GroupRenamed', { groupId: string; from: string; to: string }>;
export type GroupDeleted = Message<
  'GroupDeleted',
  /** Who was in it then, and so loses what it gave them. */
  { groupId: string; name: string; memberIds: readonly string[] }
>;
export type GroupMemberAdded = Message<
  'GroupMemberAdded',
  { groupId: string; name: string; userId: string }
>;
export type GroupMemberRemoved = Message<
  'GroupMemberRemoved',
  { groupId: string; name: string; userId: string }
>;
export type GroupEvent =
  GroupCreated | GroupRenamed | GroupDeleted | GroupMemberAdded | GroupMemberRemoved;

const { command, query } = operationsOf('identity');
const resource = { type: 'group', id: 'group_id' } as const;
const mayChange = ['admin', 'console'] as const;
const mayRead = ['auditor', ...mayChange] as const;
const done = z.null();

export const CreateGroup = command('CreateGroup', {
  allow: mayChange,
  data: z.strictObject({ name: groupName }),
  result: groupView,
  resource: { type: 'group' },
});
export const RenameGroup = command('RenameGroup', {
  allow: mayChange,
  data: z.strictObject({ group_id: groupId, name: groupName }),
  result: groupView,
  resource,
});
export const DeleteGroup = command('DeleteGroup', {
  allow: mayChange,
  data: z.strictObject({ group_id: groupId }),
  result: done,
  resource,
});
export const AddGroupMember = command('AddGroupMember', {
  allow: mayChange,
  data: z.strictObject({ group_id: groupId, user_id: userId }),
  result: done,
  resource,
});
export const RemoveGroupMember = command('RemoveGroupMember', {
  allow: mayChange,
  data: z.strictObject({ group_id: groupId, user_id: userId }),
  result: done,
  resource,
});
export const ListGroups = query('ListGroups', {
  past: true,
  allow: mayRead,
  data: z.strictObject(pageQuery),
  result: z.object({ groups: z.array(groupListed), next_cursor: z.string().optional() }),
});
export const FindGroup = query('FindGroup', {
  past: true,
  allow: mayRead,
  data: z.strictObject({ group_id: groupId }),
  result: groupView,
  resource,
});

export const groupOperations = [
  CreateGroup,
  RenameGroup,
  DeleteGroup,
  AddGroupMember,
  RemoveGroupMember,
  ListGroups,
  FindGroup,
] as const;
