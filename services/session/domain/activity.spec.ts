import { describe, it } from 'vitest';
import type { SessionActivitySeen } from '#shared/contracts/session.js';
import { given } from '#test/support/given.js';
import { activity } from './activity.js';

const seenAt = (at: string): SessionActivitySeen => ({
  type: 'SessionActivitySeen',
  data: { sessionId: 's1', userId: 'u1', at },
});
const record = (at: string) => ({ type: 'RecordActivity', data: seenAt(at).data }) as const;
const EARLY = '2026-11-20T10:00:00.000Z';
const LATE = '2026-11-20T10:01:00.000Z';

describe('the activity of a session', () => {
  it('moves forward', () => {
    given(activity)().when(record(EARLY)).records(seenAt(EARLY));
    given(activity)(seenAt(EARLY)).when(record(LATE)).records(seenAt(LATE));
  });

  it('never moves back', () => {
    given(activity)(seenAt(LATE)).when(record(EARLY)).records();
    given(activity)(seenAt(LATE)).when(record(LATE)).records();
  });
});
