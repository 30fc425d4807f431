import { describe, expect, it } from 'vitest';
import type { ClientOperation, LoggedCommit } from './history.js';
import { trailFaults, type TrailEntry } from './trail-faults.js';

const at = { gateway: 'one', startedAt: 1, endedAt: 2 };
const eventTypes: string[] = [];
const operations: ClientOperation[] = [
  {
    ...{ key: 'create', commandId: 'create', eventTypes },
    attempts: [{ ...at, outcome: 'ok', version: 1, isBehind: false }],
  },
  {
    ...{ key: 'late', commandId: 'late', eventTypes },
    attempts: [{ ...at, outcome: 'refused', code: 'VersionStale' }],
  },
  { ...{ key: 'asked', commandId: 'asked', eventTypes }, attempts: [] },
];
const commit = (sequence: number, commandId: string): LoggedCommit => ({
  ...{ sequence, commandId, stream: 'sortie.event.catalog.app.a' },
  events: [{ type: 'sortie.catalog.AppRegistered.v1', data: {} }],
});
const log = [commit(1, 'create'), commit(2, 'late'), commit(3, 'somebody else')];
const entry = (sequence: number, outcome: TrailEntry['outcome'] = 'done') => ({
  sequence,
  outcome,
});
const sound = [entry(1), entry(2, 'refused'), entry(3)];

it('a trail that has every answered operation once is sound', () => {
  expect(trailFaults(operations, log, sound)).toEqual([]);
});

describe('a planted fault is found', () => {
  it.each<[string, TrailEntry[]]>([
    ['a missing entry', sound.slice(1)],
    ['a missing refusal', [entry(1), entry(3)]],
    ['an entry of the wrong outcome', [entry(1, 'refused'), ...sound.slice(1)]],
    ['an entry of nothing', [...sound, entry(4)]],
    ['another entry of a commit that was no client’s', [...sound, entry(3)]],
  ])('%s', (_, trail) => {
    expect(trailFaults(operations, log, trail)).toHaveLength(1);
  });

  it('a doubled entry', () => {
    expect(trailFaults(operations, log, [...sound, entry(1)])).not.toEqual([]);
  });
});
