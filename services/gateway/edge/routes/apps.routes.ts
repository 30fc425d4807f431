import {
  appRevision,
  FindApp,
  GrantAppAccess,
  GrantGroupAccess,
  LaunchApp,
  ListAppRevisions,
  ListApprovals,
  ListApps,
  RegisterApp,
  RetireApp,
  RevertApp,
  ReviseApp,
  userId,
  WithdrawAppAccess,
  WithdrawGroupAccess,
} from '#shared/contracts/catalog.js';
import { groupId } from '#shared/contracts/groups.js';
import { z } from 'zod';
import { route } from '../route.js';
import { systemContext } from '#shared/es/system-context.js';
import { userNames, withUserNames } from '../user-names.js';

const tag = 'Apps';
const revisionsNamed = z.object({
  revisions: z.array(
    appRevision.extend({
      user_name: z.string().optional().describe('For those who may know the names of users'),
    }),
  ),
  next_cursor: z.string().optional(),
});

const approvalsNamed = z.object({
  user_ids: z.array(userId),
  group_ids: z.array(groupId),
  users: z
    .array(z.object({ id: userId, name: z.string() }))
    .describe('The users of `user_ids` whose names are known'),
});

/** The catalogue (S-36), who may use an app, and opening one that is a URL. */
export const appRoutes = [
  route({
    method: 'GET',
    path: '/api/apps',
    operation: ListApps,
    summary: 'The apps that you may use, by id',
    tag,
    success: 200,
  }),
  route({
    method: 'POST',
    path: '/api/apps',
    operation: RegisterApp,
    hasVersion: true,
    summary: 'Add an app',
    tag,
    success: 201,
    location: (app) => `/api/apps/${app.id}`,
    problems: ['AppIdTaken'],
  }),
  route({
    method: 'GET',
    path: '/api/apps/{app_id}',
    operation: FindApp,
    hasVersion: true,
    summary: 'One app, with its version as ETag',
    tag,
    success: 200,
    problems: ['AppUnknown'],
  }),
  route({
    method: 'PUT',
    path: '/api/apps/{app_id}',
    operation: ReviseApp,
    hasVersion: true,
    bodyField: 'app',
    ifMatch: 'required',
    summary: 'Replace what is said about an app',
    tag,
    success: 200,
    problems: ['AppUnknown'],
  }),
  route({
    method: 'DELETE',
    path: '/api/apps/{app_id}',
    operation: RetireApp,
    ifMatch: 'required',
    summary: 'Take an app out of the catalogue',
    tag,
    success: 204,
    problems: ['AppUnknown'],
  }),
  route({
    method: 'GET',
    path: '/api/apps/{app_id}/history',
    operation: ListAppRevisions,
    summary: 'Every definition that the app ever had, newest first, with what each changed',
    tag,
    success: 200,
    body: revisionsNamed,
    answer: async ({ revisions, ...rest }, answering) => ({
      revisions: await withUserNames(revisions, answering),
      ...rest,
    }),
    problems: ['AppUnknown'],
  }),
  route({
    method: 'POST',
    path: '/api/apps/{app_id}/revert',
    operation: RevertApp,
    hasVersion: true,
    ifMatch: 'required',
    summary: 'Make the app again what it was from a version of its history on',
    tag,
    success: 200,
    problems: ['AppUnknown', 'RevisionUnknown'],
  }),
  route({
    method: 'POST',
    path: '/api/apps/{app_id}/launch',
    operation: LaunchApp,
    summary: 'Open a url app; counts as a launch',
    tag,
    success: 200,
    problems: ['AppUnknown', 'NotAUrlApp'],
  }),
  route({
    method: 'GET',
    path: '/api/apps/{app_id}/approvals',
    operation: ListApprovals,
    hasVersion: true,
    summary: 'The users and groups who may use an app with visibility "approved"',
    tag,
    success: 200,
    body: approvalsNamed,
    // Asked by Sortie itself: whoever says who may use an app is told who they are, and of nobody else.
    answer: async (approvals, { bus }) => {
      const names = await userNames(approvals.user_ids, { bus, context: systemContext() });
      return { ...approvals, users: Object.entries(names).map(([id, name]) => ({ id, name })) };
    },
    problems: ['AppUnknown'],
  }),
  route({
    method: 'PUT',
    path: '/api/apps/{app_id}/approvals/{user_id}',
    operation: GrantAppAccess,
    summary: 'Let a user use an app with visibility "approved"',
    tag,
    success: 204,
    problems: ['AppUnknown'],
  }),
  route({
    method: 'DELETE',
    path: '/api/apps/{app_id}/approvals/{user_id}',
    operation: WithdrawAppAccess,
    summary: 'Take a user off the list again',
    tag,
    success: 204,
    problems: ['AppUnknown'],
  }),
  route({
    method: 'PUT',
    path: '/api/apps/{app_id}/approved-groups/{group_id}',
    operation: GrantGroupAccess,
    summary: 'Let the members of a group use an app with visibility "approved"',
    tag,
    success: 204,
    problems: ['AppUnknown', 'GroupUnknown'],
  }),
  route({
    method: 'DELETE',
    path: '/api/apps/{app_id}/approved-groups/{group_id}',
    operation: WithdrawGroupAccess,
    summary: 'Take a group off the list again',
    tag,
    success: 204,
    problems: ['AppUnknown'],
  }),
];
