import { describe, expect, it } from 'vitest';
import type { LoggedCommit } from './history.js';
import { sessionFaults, sessionsIn } from './session-faults.js';

/** The log of one session, an event a commit. */
const life = (id: string, ...types: string[]): LoggedCommit[] =>
  types.map((type, index) => ({
    sequence: index + 1,
    stream: `sortie.event.session.session.${id}`,
    commandId: `${id}-${index}`,
    events: [{ type: `sortie.session.${type}.v1`, data: { reason: 'it was told to' } }],
  }));

/** What was told of the places of sessions, an event a commit. */
const places = (...told: (readonly [type: string, sessionId: string])[]): LoggedCommit[] =>
  told.map(([type, sessionId], index) => ({
    sequence: index + 1,
    stream: 'sortie.event.session.admission.all',
    commandId: `place-${index}`,
    events: [{ type: `sortie.session.${type}.v1`, data: { sessionId } }],
  }));
const placed = (...ids: string[]) => places(...ids.map((id) => ['SlotTaken', id] as const));

const started = ['SessionRequested', 'SessionStarted'];
const stopped = [...started, 'SessionStopped', 'RuntimeEnded'];
const sound = [
  ...placed('runs', 'over'),
  ...places(['SessionQueued', 'new'], ['SlotFreed', 'over']),
  ...life('runs', ...started, 'RuntimeAdopted', 'RuntimeAdopted'),
  ...life('over', ...stopped),
  ...life('new', 'SessionRequested'),
  ...life('broke', 'SessionRequested', 'SessionFailed', 'RuntimeEndFailed', 'RuntimeEnded'),
];

it('sessions whose runtimes are as the log says have no fault', () => {
  expect(sessionFaults(sound, new Map([['runs', 1]]))).toEqual([]);
  expect(sessionsIn(sound).map(({ status }) => status)).toEqual([
    'running',
    'ended',
    'creating',
    'ended',
  ]);
  expect(sessionsIn(sound)[3]?.failure).toBe('it was told to');
});

describe('a planted fault is found', () => {
  it.each<[string, LoggedCommit[], Record<string, number>]>([
    ['a runtime of no session', sound, { runs: 1, stray: 1 }],
    ['a running session without a runtime', sound, {}],
    ['a session with two displays', sound, { runs: 2 }],
    ['a creating session with two displays', sound, { runs: 1, new: 2 }],
    ['a runtime of a session that has ended', sound, { runs: 1, over: 1 }],
    ['a runtime that was never seen to end', life('a', ...started, 'SessionExpired'), {}],
    ['a place of a session that has ended', [...sound, ...placed('over')], { runs: 1 }],
    ['a place of no session', [...sound, ...placed('stray')], { runs: 1 }],
    ['a session without a place', [...sound, ...places(['SlotFreed', 'new'])], { runs: 1 }],
    [
      'a session that started twice',
      [...placed('a'), ...life('a', ...started, 'SessionStarted')],
      { a: 1 },
    ],
    ['a session that ended twice', life('a', ...stopped, 'SessionFailed'), {}],
    ['a runtime that ended twice', life('a', ...stopped, 'RuntimeEnded'), {}],
    [
      'a session that was requested twice',
      [...placed('a'), ...life('a', ...started, 'SessionRequested')],
      { a: 1 },
    ],
    ['a session without a request', [...placed('a'), ...life('a', 'SessionStarted')], { a: 1 }],
    [
      'a session that started after its end',
      [
        ...placed('a'),
        ...life('a', 'SessionRequested', 'SessionStopped', 'SessionStarted', 'RuntimeEnded'),
      ],
      { a: 1 },
    ],
  ])('%s', (_, log, runtimes) => {
    expect(sessionFaults(log, new Map(Object.entries(runtimes)))).toHaveLength(1);
  });
});
