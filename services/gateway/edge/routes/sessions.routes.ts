import {
  FindSession,
  IssueViewerTicket,
  ListSessions,
  RequestSession,
  StopSession,
} from '#shared/contracts/session.js';
import { route } from '../route.js';

const tag = 'Sessions';

/** Launching desktops, finding them again, ending them, and the ticket that opens a viewer (S-43 to S-50). */
export const sessionRoutes = [
  route({
    method: 'GET',
    path: '/api/sessions',
    operation: ListSessions,
    summary: 'Your sessions, newest first; administrators may ask for all',
    tag,
    success: 200,
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
    problems: ['AppUnknown', 'NotAContainerApp', 'RuntimeUnavailable'],
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
    path: '/api/sessions/{session_id}/viewer-tickets',
    operation: IssueViewerTicket,
    summary: 'Get a one-time ticket for the viewer’s WebSocket',
    tag,
    success: 201,
    problems: ['SessionUnknown', 'SessionNotRunning'],
  }),
];
