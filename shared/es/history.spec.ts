import { describe, expect, it } from 'vitest';
import type { CloudEvent, RecordedEvent } from './commit.js';
import { historyOf } from './history.js';
import type { Row } from './read-model.js';
import { type Counted, totals } from '#test/support/models.js';

const history = historyOf(totals, { columns: ['name'], leavesOut: ({ data }) => isLeftOut(data) });
const isLeftOut = (data: unknown): boolean => (data as { n: number }).n === 0;
const { folding } = history.model;

const at = (sequence: number, data: Counted['data']): RecordedEvent => ({
  type: 'AppRegistered',
  ...{ data: { key: 'a', ...data }, sequence, index: 0, stream: '', commandId: '' },
  cloud: {} as CloudEvent,
});

/** The entries that events leave, handed over in these stretches. */
function entriesAfter(...stretches: readonly (readonly RecordedEvent[])[]): Map<string, Row> {
  const entries = new Map<string, Row>();
  for (const events of stretches) {
    const keys = folding?.needsOf?.(events) ?? [];
    const needed = keys.flatMap((key) => {
      const row = entries.get(key);
      return row ? [[key, row] as const] : [];
    });
    for (const row of folding?.fold(new Map(needed), events) ?? []) {
      entries.set(String(row['entry']), row);
    }
  }
  return entries;
}
const ofKind = (entries: Map<string, Row>, isPhase: boolean) =>
  [...entries.values()]
    .filter(({ node }) => (node !== null) === isPhase)
    .toSorted((a, b) => Number(a['sequence']) - Number(b['sequence']));
/** From when on there was which total; null for none. */
const totalsOf = (entries: Map<string, Row>) =>
  ofKind(entries, false).map(({ sequence, state }) => [
    sequence,
    state === null ? null : (JSON.parse(String(state)) as { total: number }).total,
  ]);
const phasesOf = (entries: Map<string, Row>) =>
  ofKind(entries, true).map(({ sequence, until, name }) => [
    ...[sequence, until === Number.MAX_SAFE_INTEGER ? 'open' : until, name],
  ]);

const LIFE = [
  at(3, { n: 1 }),
  at(5, { n: 2 }),
  at(6, { n: 0 }),
  at(8, { n: 1, name: 'other' }),
  at(9, { n: 1, gone: true }),
  at(12, { n: 7 }),
];

describe('a history', () => {
  it('has each version of a row from its sequence on, and when there was none', () => {
    expect(totalsOf(entriesAfter(LIFE))).toEqual([
      [3, 1],
      [5, 3],
      [8, 4],
      [9, null],
      [12, 7],
    ]);
  });

  it('has a phase for each stretch in which a row was there and its columns were the same', () => {
    expect(phasesOf(entriesAfter(LIFE))).toEqual([
      [3, 8, 'a'],
      [8, 9, 'other'],
      [12, 'open', 'a'],
    ]);
  });

  it('comes out the same however the log is cut', () => {
    const whole = entriesAfter(LIFE);
    for (let cut = 1; cut < LIFE.length; cut += 1) {
      expect(entriesAfter(LIFE.slice(0, cut), LIFE.slice(cut))).toEqual(whole);
    }
    expect(entriesAfter(...LIFE.map((event) => [event]))).toEqual(whole);
  });

  it('of what one commit did keeps the outcome', () => {
    const both = entriesAfter([at(3, { n: 1 }), at(3, { n: 1 }), at(4, { n: 1 })]);
    expect(totalsOf(both)).toEqual([
      [3, 2],
      [4, 3],
    ]);
    expect(phasesOf(both)).toEqual([[3, 'open', 'a']]);
  });

  it('finds no moment in what came and went in one commit, whatever comes later', () => {
    const entries = entriesAfter([at(3, { n: 1 }), at(3, { n: 1, gone: true })], [at(7, { n: 1 })]);
    expect(phasesOf(entries)).toEqual([[7, 'open', 'a']]);
    expect(totalsOf(entries)).toEqual([
      [3, null],
      [7, 1],
    ]);
  });

  it('tells at the beginning of a phase how high its rising column had come', () => {
    const { folding: rising } = historyOf(totals, { columns: ['name'], rising: 'name' }).model;
    const events = ['b', 'd', 'c', 'e'].map((key, i) => at(i + 1, { n: 1, key }));
    const first = rising?.fold(new Map(), events.slice(0, 2)) ?? [];
    const known = new Map(first.map((row) => [String(row['entry']), row]));
    const wanted = rising?.needsOf?.(events.slice(2)).map((key) => [key, known.get(key)] as const);
    const rows = wanted?.flatMap(([key, row]) => (row ? [[key, row] as const] : []));
    const then = rising?.fold(new Map(rows), events.slice(2)) ?? [];
    const reached = [...first, ...then].flatMap((row) => row['reached'] ?? []);
    expect(reached).toEqual(['b', 'd', 'd', 'e']);
  });

  it('is built again when its read model is', () => {
    const next = historyOf({ ...totals, version: totals.version + 1 });
    expect(next.model.version).toBeGreaterThan(history.model.version);
  });
});
