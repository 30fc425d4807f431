import { describe, expect, it } from 'vitest';
import {
  type Attempt,
  type ClientOperation,
  historyFaults,
  historyFigures,
  type LoggedCommit,
  type Reading,
} from './history.js';

const REGISTERED = 'sortie.catalog.AppRegistered.v1';
const REVISED = 'sortie.catalog.AppRevised.v1';
const RETIRED = 'sortie.catalog.AppRetired.v1';
const STREAM = 'sortie.event.catalog.app.a';

let now = 0;
const at = () => ({ gateway: 'one', startedAt: (now += 1), endedAt: (now += 1) });
const ok = (version?: number, isBehind = false): Attempt => ({
  ...at(),
  outcome: 'ok',
  isBehind,
  ...(version !== undefined && { version }),
});
const refused = (code = 'VersionStale'): Attempt => ({ ...at(), outcome: 'refused', code });
const unknown = (): Attempt => ({ ...at(), outcome: 'unknown', why: 'the socket was closed' });

function operation(
  commandId: string,
  type: string,
  attempts: Attempt[],
  expectedVersion?: number,
): ClientOperation {
  const more = expectedVersion === undefined ? {} : { expectedVersion };
  return { key: commandId, commandId, eventTypes: [type], stream: STREAM, attempts, ...more };
}

const commit = (sequence: number, commandId: string, type: string, stream = STREAM) =>
  ({ sequence, stream, commandId, events: [{ type, data: {} }] }) satisfies LoggedCommit;

const reading = (version: Reading['version']): Reading => {
  const { gateway, startedAt } = at();
  return { stream: STREAM, gateway, startedAt, version };
};

/** An app that was created, revised after a lost answer, read, revised in vain, and deleted. */
function soundRun() {
  const create = operation('create', REGISTERED, [ok(1)], 0);
  const first = reading(1);
  const revise = operation('revise', REVISED, [unknown(), ok(2)], 1);
  const second = reading(2);
  const late = operation('late', REVISED, [refused()], 1);
  const remove = operation('remove', RETIRED, [ok()], 2);
  const last = reading('absent');
  const log: LoggedCommit[] = [
    commit(1, 'create', REGISTERED),
    commit(2, 'revise', REVISED),
    commit(3, 'late', 'sortie.catalog.AttemptRefused.v1', 'sortie.event.catalog.refusal.admin'),
    commit(4, 'remove', RETIRED),
  ];
  return {
    operations: [create, revise, late, remove],
    readings: [first, second, last],
    log,
  };
}

type Run = ReturnType<typeof soundRun>;
const faultsOf = ({ operations, readings, log }: Run) =>
  historyFaults({ operations, readings }, log).map(({ kind }) => kind);

it('a run in which nothing went wrong has no fault, and its figures are counted', () => {
  const run = soundRun();
  expect(faultsOf(run)).toEqual([]);
  expect(historyFigures(run)).toEqual({
    operations: 4,
    acknowledged: 3,
    refused: 1,
    indeterminate: 1,
    reasons: { 'the socket was closed': 1 },
    readings: 3,
  });
});

/** Replaces what the run has under a place, to plant one fault. */
const withCommit = (run: Run, index: number, changed: Partial<LoggedCommit>): Run => ({
  ...run,
  log: run.log.map((one, place) => (place === index ? { ...one, ...changed } : one)),
});
const withAttempts = (run: Run, commandId: string, attempts: Attempt[]): Run => ({
  ...run,
  operations: run.operations.map((one) =>
    one.commandId === commandId ? { ...one, attempts } : one,
  ),
});

describe('a planted fault is found', () => {
  it('when an acknowledged write is not in the log', () => {
    const run = soundRun();
    const others = run.log
      .filter(({ commandId }) => commandId !== 'remove')
      .map((one, index) => ({ ...one, sequence: index + 1 }));
    expect(faultsOf({ ...run, log: others })).toEqual(['lost', 'stale read']);
  });

  it('when only the refusal of an acknowledged write is in the log', () => {
    const events = [{ type: 'sortie.catalog.AttemptRefused.v1', data: {} }];
    expect(faultsOf(withCommit(soundRun(), 3, { events }))).toContain('lost');
  });

  it('when a write is in the log twice', () => {
    const run = soundRun();
    expect(faultsOf({ ...run, log: [...run.log, commit(5, 'create', REGISTERED)] })).toEqual([
      'in the log twice',
    ]);
  });

  it('when a write that nobody asked for again is in the log twice under another stream', () => {
    const run = soundRun();
    const elsewhere = commit(5, 'late', REVISED, 'sortie.event.catalog.app.b');
    expect(faultsOf({ ...run, log: [...run.log, elsewhere] })).toEqual(['in the log twice']);
  });

  it('when a refused write is in the log', () => {
    expect(faultsOf(withCommit(soundRun(), 2, { events: [{ type: REVISED, data: {} }] }))).toEqual([
      'done though refused',
    ]);
  });

  it('when a commit is missing from the middle of the log', () => {
    const run = soundRun();
    const { log } = run;
    expect(faultsOf({ ...run, log: log.filter(({ sequence }) => sequence !== 3) })).toEqual([
      'gap in the log',
    ]);
  });

  it('when an operation had no answer to the end', () => {
    expect(faultsOf(withAttempts(soundRun(), 'late', [unknown(), unknown()]))).toEqual([
      'never answered',
    ]);
  });

  it('when a repeat is answered with another version', () => {
    expect(faultsOf(withAttempts(soundRun(), 'revise', [ok(2), ok(3)]))).toEqual([
      'answered differently',
    ]);
  });

  it('when a repeat of what was done is refused', () => {
    expect(faultsOf(withAttempts(soundRun(), 'revise', [ok(2), refused()]))).toEqual([
      'answered differently',
    ]);
  });

  it.each<[string, Partial<LoggedCommit>]>([
    ['another place', { sequence: 20 }],
    ['another stream', { stream: 'sortie.event.catalog.app.b' }],
    ['another event', { events: [{ type: RETIRED, data: {} }] }],
  ])('when the commit of an acknowledged write has %s', (_, changed) => {
    expect(faultsOf(withCommit(soundRun(), 1, changed))).toContain('wrong commit');
  });

  it('when a write came after a version that its client had not seen', () => {
    const run = soundRun();
    const between = commit(3, 'between', REVISED);
    expect(faultsOf(withCommit(run, 2, between))).toEqual(['lost update']);
  });

  it('when two clients both made the first version', () => {
    const run = soundRun();
    const again = operation('again', REGISTERED, [ok(5)], 0);
    const log = [...run.log, commit(5, 'again', REGISTERED)];
    expect(faultsOf({ ...run, operations: [...run.operations, again], log })).toEqual([
      'lost update',
    ]);
  });

  it('when a read shows an older version than one acknowledged before it', () => {
    const run = soundRun();
    expect(faultsOf({ ...run, readings: [...run.readings, reading(1)] })).toEqual(['stale read']);
  });

  it('when a read finds nothing after an acknowledged creation', () => {
    const run = soundRun();
    const log = run.log.filter(({ commandId }) => commandId !== 'remove');
    const operations = run.operations.filter(({ commandId }) => commandId !== 'remove');
    expect(faultsOf({ operations, readings: [reading('absent')], log })).toEqual(['stale read']);
  });

  it('when a read finds what was deleted before it', () => {
    const run = soundRun();
    expect(faultsOf({ ...run, readings: [reading(2)] })).toEqual(['stale read']);
  });

  it('when a read shows a version that the log has not', () => {
    const run = soundRun();
    expect(faultsOf({ ...run, readings: [...run.readings, reading(99)] })).toEqual([
      'phantom read',
    ]);
  });
});

describe('no fault is', () => {
  it('an older read after an answer that said so', () => {
    const run = soundRun();
    const create = operation('create', REGISTERED, [ok(1, true)], 0);
    const early = reading('absent');
    const operations = [create];
    expect(faultsOf({ operations, readings: [early], log: run.log.slice(0, 1) })).toEqual([]);
  });

  it('a read beside a write that is not answered yet', () => {
    const { startedAt } = at();
    const create = operation('create', REGISTERED, [ok(1)], 0);
    const beside = { ...reading('absent'), startedAt };
    expect(
      faultsOf({
        operations: [create],
        readings: [beside],
        log: [commit(1, 'create', REGISTERED)],
      }),
    ).toEqual([]);
  });

  it('a refused operation of which the log has nothing', () => {
    const run = soundRun();
    const log = run.log.slice(0, 2);
    const operations = run.operations.filter(({ commandId }) => commandId !== 'remove');
    expect(faultsOf({ operations, readings: run.readings.slice(0, 2), log })).toEqual([]);
  });
});
