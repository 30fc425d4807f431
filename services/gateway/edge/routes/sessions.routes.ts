import {
  ExtendSession,
  FindQuota,
  FindSession,
  IssueViewerTicket,
  ListSessions,
  RequestSession,
  sessionView,
  StopSession,
} from '#shared/contracts/session.js';
import { z } from 'zod';
import { route } from '../route.js';
import { withOwnersNamed } from '../user-names.js';

const tag = 'Sessions';
const sessionsNamed = z.object({
  sessions: z.array(
    sessionView.extend({
      user_name: z
        .string()
        .optional()
        .describe(
          'Whose it is, for those who may know the names of users; not on a page of your own',
        ),
    }),
  ),
  next_cursor: z.string().optional(),
});

/** Launching desktops, finding them again, ending them, and the ticket that opens a viewer (S-43 to S-50). */
export const sessionRoutes = [
  route({
    method: 'GET',
    path: '/api/sessions',
    operation: ListSessions,
    summary: 'Your sessions, newest first; administrators may ask for all',
    tag,
    success: 200,
    body: sessionsNamed,
    answer: async ({ sessions, ...rest }, answering) => ({
      sessions: await withOwnersNamed(sessions, answering),
      ...rest,
    }),
  }),
  route({
    method: 'POST',
    path: '/api/sessions',
    operation: RequestSession,
    hasVersion: true,
    summary: 'Launch a container app',
    tag,
    success: 201,
    location: (session) => `/api/sessions/${session.id}`,
    problems: [
      'AppUnknown',
      'NotAContainerApp',
      'QuotaExceeded',
      'QueueFull',
      'RuntimeUnavailable',
    ],
  }),
  route({
    method: 'GET',
    path: '/api/sessions/{session_id}',
    operation: FindSession,
    hasVersion: true,
    summary: 'One session, with its version as ETag',
    tag,
    success: 200,
    problems: ['SessionUnknown'],
  }),
  route({
    method: 'DELETE',
    path: '/api/sessions/{session_id}',
    operation: StopSession,
    hasVersion: true,
    ifMatch: 'optional',
    summary: 'Terminate a session; its desktop and workspace go',
    tag,
    success: 200,
    problems: ['SessionUnknown', 'SessionEnded'],
  }),
  route({
    method: 'POST',
    path: '/api/sessions/{session_id}/extend',
    operation: ExtendSession,
    hasVersion: true,
    ifMatch: 'optional',
    summary: 'Give your session more time, one step at a time',
    tag,
    success: 200,
    problems: ['SessionUnknown', 'SessionNotRunning', 'SessionEnded', 'LifetimeReached'],
  }),
  route({
    method: 'GET',
    path: '/api/quota',
    operation: FindQuota,
    summary: 'How many sessions there may be, and how many there are',
    tag,
    success: 200,
  }),
  route({
    method: 'POST',
    path: '/api/sessions/{session_id}/viewer-tickets',
    operation: IssueViewerTicket,
    summary: 'Get a one-time ticket for the viewer’s WebSocket',
    tag,
    success: 201,
    problems: ['SessionUnknown', 'SessionNotRunning'],
  }),
];
