import { historyOf } from '#shared/es/history.js';
import { sessions } from './sessions.js';
import { slots } from './slots.js';

/** Their events come every few seconds from every desktop in use or on its way, and say nothing that lasts. */
const PASSING: ReadonlySet<string> = new Set(['SessionActivitySeen', 'SessionPreparing']);

/** The tables that answer for the past, too: sessions, but for their use and how far their starts were, and the queue. */
export const histories = [
  historyOf(sessions, {
    columns: ['user_id', 'status', 'created_at'],
    rising: 'created_at',
    leavesOut: ({ type }) => PASSING.has(type),
  }),
  historyOf(slots),
];
