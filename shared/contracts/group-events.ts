import { z } from 'zod';
import { type EventShapes, eventId, eventTime } from './event-shapes.js';
import type { GroupEvent, GroupNameEvent } from './groups.js';
import { type PreferencesKept, THEMES } from './preferences.js';

const of = { groupId: eventId };
const name = z.string();
const member = { ...of, name: name.describe('Of the group'), userId: eventId };

export const groupNameData: EventShapes<GroupNameEvent> = {
  GroupNameClaimed: z
    .strictObject({ name, ...of, claimedAt: eventTime })
    .describe('A name belongs to this group from now on.'),
  GroupNameReleased: z.strictObject({ name, ...of }).describe('It is free again.'),
};

export const groupData: EventShapes<GroupEvent> = {
  GroupCreated: z.strictObject({ ...of, name }).describe('There is a new group.'),
  GroupRenamed: z
    .strictObject({ ...of, from: name, to: name })
    .describe('A group has another name.'),
  GroupDeleted: z
    .strictObject({ ...of, name, memberIds: z.array(eventId).describe('Who was in it') })
    .describe('A group is no more, nor is what it let its members do.'),
  GroupMemberAdded: z.strictObject(member).describe('A user is in a group.'),
  GroupMemberRemoved: z.strictObject(member).describe('A user is in it no more.'),
};

export const preferencesData: EventShapes<PreferencesKept> = {
  PreferencesKept: z
    .strictObject({
      ...{ userId: eventId, theme: z.enum(THEMES) },
      ...{ collapsedCategories: z.array(z.string()), favorites: z.array(eventId) },
    })
    .describe('A user likes the page to be like this.'),
};
